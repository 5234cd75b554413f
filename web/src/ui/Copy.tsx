/** Copies exact text and says so where it stands. */
import { useEffect, useState } from "react";
import { Icon, type IconName } from "./Icon";

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export function Copy({ text, label, word, icon: own = "copy" }: { text: string; label: string; word?: string; icon?: IconName }) {
  const [said, setSaid] = useState<"" | "Copied" | "Not copied">("");
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), 1600);
    return () => clearTimeout(timer);
  }, [said]);
  const click = async () => setSaid((await copy(text)) ? "Copied" : "Not copied");
  const icon = said === "Copied" ? "check" : said ? "x" : own;
  return (
    <>
      <button className={word ? "btn small quiet" : "btn tool small"} type="button" onClick={() => void click()}
        {...(word ? {} : { "aria-label": label, title: label })}>
        <Icon name={icon} />{word}
      </button>
      <span className="sr" role="status">{said}</span>
    </>
  );
}

/** Exact text to take along, such as a command to run by hand, with its copy button. */
export function Command({ text, label = "Copy command" }: { text: string; label?: string }) {
  return <span className="copy"><span>{text}</span><Copy text={text} label={label} /></span>;
}
