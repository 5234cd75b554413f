/** The first line that runs: builds the state, hands it to the page. */
import { createRoot } from "react-dom/client";
import { Desk } from "../state/desk";
import { theme } from "../state/local";
import { DeskProvider } from "../state/react";
import { Store } from "../state/store";
import { Boundary } from "../ui/Boundary";
import "../ui/tokens.css";
import "../ui/page.css";
import "../ui/app.css";
import "../ui/frame.css";
import "../ui/reading.css";
import { App } from "./App";
import { Broken } from "./Broken";
import { renewWhenUpgraded } from "./renew";

theme.apply();
renewWhenUpgraded();
const root = document.getElementById("root");
if (root) createRoot(root).render(
  <Boundary instead={(error) => <Broken error={error} />}>
    <DeskProvider value={new Desk(new Store())}><App /></DeskProvider>
  </Boundary>,
);
