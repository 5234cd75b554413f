/** Says in the bar when the page is not connected, and when it tries again. Silent while all is well. */
import { useEffect, useState } from "react";
import { useNow, useView } from "../../state/react";
import { Lamp } from "../../ui/marks";

/** A connection that is back within this time was never worth a word. */
const PATIENCE_MS = 1200;

export function LinkLine() {
  const link = useView((state) => state.link);
  const away = link.is === "offline" || link.is === "connecting";
  const [shown, setShown] = useState(false);
  const now = useNow(shown);
  useEffect(() => {
    if (!away) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [away]);
  if (!shown) return <span className="sr" role="status" />;
  const seconds = link.is === "offline" ? Math.ceil((link.retryAt - now) / 1000) : 0;
  return (
    <span className="link-line num" role="status">
      <Lamp kind="off" /><span>Not connected<span aria-hidden="true">{seconds > 0 ? `, trying again in ${seconds} s` : ", trying now"}</span></span>
    </span>
  );
}
