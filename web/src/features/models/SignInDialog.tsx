/** Signing in from wherever it was missed: the settings' own box, over the page. What is typed below stays, and closing it leaves a try going. */
import { useEffect } from "react";
import type { Id } from "../../api/types";
import { wantsLogin } from "../../state/login";
import { useView } from "../../state/react";
import { Dialog } from "../../ui/Dialog";
import { SignInBox } from "./SignInBox";

export interface SignInDialogProps { backend: Id; onClose: () => void; onDone: () => void }

export function SignInDialog({ backend: id, onClose, onDone }: SignInDialogProps) {
  const backend = useView((state) => state.backends?.[id]);
  // Whoever signed in, and in whatever way: there is nothing left to do here.
  const over = backend !== undefined && !wantsLogin(backend.state);
  useEffect(() => {
    if (over) onDone();
  }, [over, onDone]);
  if (!backend) return null;
  // A key is no account that one has, and is billed; who wants one nevertheless finds it in the settings.
  const plain = backend.sign_ins.filter((way) => way !== "api_key");
  const asked = plain.length ? { ...backend, sign_ins: plain } : backend;
  return (
    <Dialog title={`Sign in with ${backend.title}`} className="for-sign-in" onClose={onClose}>
      <p>The account is the one you have; what is asked here runs on it. {backend.title} asks you itself: no password is typed on this page.</p>
      <SignInBox backend={asked} onClose={onClose} onDone={onDone} />
    </Dialog>
  );
}
