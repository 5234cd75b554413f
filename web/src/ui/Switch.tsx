/** On or off, at once. */
export interface SwitchProps { label: string; on: boolean; disabled?: boolean; onTurn: (on: boolean) => void }

export function Switch({ label, on, disabled = false, onTurn }: SwitchProps) {
  return <button className="switch" type="button" role="switch" aria-checked={on} aria-label={label} disabled={disabled} onClick={() => onTurn(!on)} />;
}
