// One real `switchboard serve` on a fresh home, which answers from the demo's scripted upstream. Owns the process and its folder;
// both are gone afterwards.
import { execFile, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { Workspace } from "./workspace.mjs";

const BIN = process.env.SWITCHBOARD_BIN ?? fileURLToPath(new URL("../../target/debug/switchboard", import.meta.url));
const START_MS = 60_000;
const END_MS = 15_000;

export class Server {
  url = "";
  #home = "";
  #words = ["serve", "--demo"];
  #child;
  #environment;
  #said = [];
  #heard = new EventEmitter();
  #outsiders = [];

  /** The demo, with its data in a file; `environment` is set beside what every server gets. */
  static async demo(environment = {}) {
    const server = await Server.#fresh(environment);
    await server.up("127.0.0.1:0");
    return server;
  }

  /** A plain server on a fresh home, as a new user starts it. */
  static async plain() {
    const server = await Server.#fresh({});
    server.#words = ["serve"];
    await server.up("127.0.0.1:0");
    return server;
  }

  /** A plain server on that database. */
  static async on(database) {
    const demo = await Server.demo();
    return Server.#lent(demo, { SWITCHBOARD_DATABASE: database, CODEX_HOME: join(await demo.apart(), "codex-home") });
  }

  /** A plain server whose person is in a workspace with an administrator, who demands that of Codex. */
  static async managed(demands) {
    const demo = await Server.demo();
    const workspace = await Workspace.before((await demo.#upstream()).backend, demands);
    const login = JSON.parse(await readFile(join(await demo.apart(), "codex-home", "auth.json"), "utf8"));
    const environment = { SWITCHBOARD_PROVIDERS__CHATGPT__BACKEND: workspace.backend };
    return Server.#lent(demo, environment, { workspace, login: Workspace.login(login) });
  }

  /** The demo insists on a file of its own and on its own login, so one that needs another lends its upstream to a plain server. */
  static async #lent(demo, environment, { workspace, login } = {}) {
    const upstream = await demo.#upstream();
    const server = await Server.#fresh({
      SWITCHBOARD_PROVIDERS__CHATGPT__BACKEND: upstream.backend,
      SWITCHBOARD_PROVIDERS__CHATGPT__RESPONSES: upstream.responses,
      ...environment,
    });
    server.#outsiders = [demo, workspace].filter(Boolean);
    server.#words = ["serve"];
    if (login) {
      await mkdir(server.codexHome);
      await writeFile(join(server.codexHome, "auth.json"), JSON.stringify(login), { mode: 0o600 });
    }
    await server.up("127.0.0.1:0");
    return server;
  }

  static async #fresh(environment) {
    const server = new Server();
    // Not below the folder for temporary files: a Codex that is killed leaves a `.git` there, and the next one takes all of it for a
    // repository.
    server.#home = await mkdtemp("/var/tmp/switchboard-walk-");
    // The login and the settings of whoever runs this are nobody's business, and what their shell does at its start may take a minute.
    await mkdir(join(server.#home, "person"));
    const clean = Object.entries(process.env).filter(([name]) => !name.startsWith("SWITCHBOARD_") && !name.startsWith("CODEX_"));
    server.#environment = {
      ...Object.fromEntries(clean), HOME: join(server.#home, "person"), SWITCHBOARD_HOME: join(server.#home, "state"),
      CODEX_HOME: join(server.#home, "codex"), NO_COLOR: "1",
      ...environment,
    };
    return server;
  }

  /** Starts the process; again after `down`, on the same files. */
  async up(listen) {
    const child = spawn(BIN, [...this.#words, "--listen", listen], { env: this.#environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    this.#said = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        this.#said.push(line);
        this.#heard.emit("line");
      });
    }
    const broken = new Promise((_, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${this.said}`)));
    });
    broken.catch(() => {});
    this.url = await Promise.race([this.#line(/^listening on (http:\/\/\S+)$/), broken]);
  }

  /** What the first line that fits holds, also when it was said before. */
  async #line(pattern) {
    for (;;) {
      const found = this.#said.map((line) => pattern.exec(line)?.[1]).find(Boolean);
      if (found) return found;
      await once(this.#heard, "line", { signal: AbortSignal.timeout(START_MS) });
    }
  }

  /** Ends the process and waits until it is gone. */
  async down(signal = "SIGTERM") {
    const child = this.#child;
    if (this.#ended) return;
    const gone = once(child, "exit");
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), END_MS);
    await gone;
    clearTimeout(late);
  }

  /** After a walk that failed while it was down: the next one begins with a server that is up. */
  async revive() {
    if (this.#ended) await this.up(new URL(this.url).host);
  }

  get #ended() {
    return !this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async end() {
    await this.down();
    for (const outsider of this.#outsiders) await outsider.end();
    // What its guards still end may write for a moment.
    await rm(this.#home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  /** The person's own Codex home, but of the demo, which brings its own. */
  get codexHome() {
    return this.#environment.CODEX_HOME;
  }

  /** Where the demo keeps its data. */
  apart() {
    return this.#line(/^demo: .* (\/\S+)$/);
  }

  /** Where the demo's upstream listens: the server itself tells, among where its settings come from. */
  async #upstream() {
    const token = await this.run("tokens", "create", "--name", "walks");
    const reply = await fetch(`${this.url}/api/doctor`, { headers: { authorization: `Bearer ${token}` } });
    const told = JSON.stringify(await reply.json());
    const setting = (name) => {
      const value = new RegExp(`providers\\.chatgpt\\.${name} = (http://[^\\s"\\\\]+)`).exec(told)?.[1];
      if (!value) throw new Error(`the doctor does not tell providers.chatgpt.${name}: ${told}`);
      return value;
    };
    return { backend: setting("backend"), responses: setting("responses") };
  }

  /** A subcommand beside the running server, on its data. */
  async run(...words) {
    const home = this.#words.includes("--demo") ? await this.apart() : this.#environment.SWITCHBOARD_HOME;
    const { stdout } = await promisify(execFile)(BIN, words, { env: { ...this.#environment, SWITCHBOARD_HOME: home } });
    return stdout.trim();
  }

  /** A fresh sign-in link: of the local admin, or of somebody who is invited by it. */
  async link(invited) {
    const words = invited ? ["invite", invited.handle, "--name", invited.name] : ["link"];
    const printed = await this.run("people", ...words);
    const secret = /#(\S+)/.exec(printed)?.[1];
    if (!secret) throw new Error(`no link in: ${printed}`);
    return `${this.url}/sign-in#${secret}`;
  }

  /** The link that the start itself printed. */
  firstLink() {
    return this.#line(/^sign in.*: (http:\/\/\S+#\S+)$/);
  }

  get said() {
    return this.#said.slice(-60).join("\n");
  }
}
