import { expect, test } from "vitest";
import { secretIn } from "./link";

test("a link is taken with whatever name the server has in it, and the secret alone too", () => {
  const secret = "sbl_9v9YnquPwKzzpQGTcKoS2wwyyy9ux9ZbrHXuTQoTCrQ";
  for (const pasted of [`http://127.0.0.1:4747/sign-in#${secret}`, ` https://chat.example.org/sign-in#${secret}\n`, secret]) {
    expect(secretIn(pasted)).toBe(secret);
  }
  for (const pasted of ["", "http://127.0.0.1:4747/sign-in", "#", "some words"]) expect(secretIn(pasted)).toBe(null);
});
