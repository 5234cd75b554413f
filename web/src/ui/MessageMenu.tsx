/** What can be done with a message, for a thumb: where nothing hovers, the small buttons beside its name are not there. */
import { copy } from "./Copy";
import { Icon } from "./Icon";
import { Menu, type MenuItem } from "./Menu";
import { toast } from "./Toasts";

/** Says only that it did not work: where a thumb copies, the system itself shows that it did. */
export const copyItem = (text: string): MenuItem => ({
  label: "Copy", icon: "copy", act: () => void copy(text).then((went) => went || toast(new Error("the text could not be copied"))),
});

export function MessageMenu({ label, items }: { label: string; items: (MenuItem | null)[] }) {
  const offered = items.filter((item) => item !== null);
  if (offered.length === 0) return null;
  return <span className="message-menu narrow-only"><Menu label={label} button={<Icon name="dots" />} buttonClass="btn tool" items={offered} side="below" align="end" /></span>;
}
