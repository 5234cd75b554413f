/** The way to a login that is missing, for those who can go it: opens the sign-in over the page. All others get what stands instead. */
import type { ReactNode } from "react";
import type { Id } from "../api/types";
import { signingIn, signsIn } from "../state/login";
import { useView } from "../state/react";
import { Icon } from "./Icon";
import { want } from "./wanted";

export interface SignInButtonProps { backend: Id | undefined; className: string; short?: boolean; instead: ReactNode }

export function SignInButton({ backend: id, className, short = false, instead }: SignInButtonProps) {
  const admin = useView((state) => state.session?.person.role === "admin");
  const backend = useView((state) => (id ? state.backends?.[id] : undefined));
  if (!admin || !backend || !signsIn(backend)) return instead;
  const word = signingIn(backend.login) ? "Go on signing in" : short ? "Sign in" : `Sign in with ${backend.title}`;
  return <button className={className} type="button" aria-haspopup="dialog" onClick={() => want({ signInTo: backend.id })}><Icon name="key" />{word}</button>;
}
