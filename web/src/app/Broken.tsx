/** What is left when the page itself cannot be drawn: that it happened, what it was, and a way on. Needs nothing of the state. */
import { sentence } from "../state/words";
import { Mark } from "../ui/marks";

export function Broken({ error }: { error: Error }) {
  return (
    <main className="gate" role="alert">
      <div className="gate-brand"><Mark /><b>Switchboard</b></div>
      <h1>The page could not be drawn</h1>
      <p className="lead">This is a fault of the page. Nothing on the server is lost, and unsent words are kept in this browser.</p>
      <p className="hint">{sentence(error.message)}</p>
      <p><button className="btn primary" type="button" onClick={() => location.reload()}>Load the page again</button></p>
    </main>
  );
}
