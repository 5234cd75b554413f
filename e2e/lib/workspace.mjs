// A ChatGPT workspace whose administrator demands something of Codex: stands before the demo's scripted upstream, which knows of no
// administrator, and answers in its place what those demands are. Everything else passes.
import { createServer, request } from "node:http";
import { once } from "node:events";

/** Where Codex asks for them: codex-rs/backend-client, `config/bundle`. */
const DEMANDS = "/wham/config/bundle";

export class Workspace {
  #server;

  /** Before that backend; `demands` is what the administrator writes, a `requirements.toml`. */
  static async before(backend, demands) {
    const target = new URL(backend);
    const bundle = { requirements_toml: { enterprise_managed: [{ id: "walk", name: "The walk's demands", contents: demands }] } };
    const workspace = new Workspace();
    workspace.#server = createServer((asked, answer) => {
      if (asked.url.endsWith(DEMANDS)) {
        answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(bundle));
        return;
      }
      const headers = { ...asked.headers, host: target.host };
      const passed = request(new URL(asked.url, target), { method: asked.method, headers }, (reply) => {
        answer.writeHead(reply.statusCode, reply.headers);
        reply.pipe(answer);
      });
      passed.on("error", () => answer.destroy());
      asked.pipe(passed);
    });
    workspace.#server.listen(0, "127.0.0.1");
    await once(workspace.#server, "listening");
    workspace.backend = `http://127.0.0.1:${workspace.#server.address().port}${target.pathname}`;
    return workspace;
  }

  /** The same made-up login on a plan that has an administrator. Codex reads its tokens and never checks who signed them. */
  static login(login) {
    const managed = (token) => {
      const [head, claims, ...rest] = token.split(".");
      const read = JSON.parse(Buffer.from(claims, "base64url"));
      read["https://api.openai.com/auth"].chatgpt_plan_type = "enterprise";
      return [head, Buffer.from(JSON.stringify(read)).toString("base64url"), ...rest].join(".");
    };
    const { id_token, access_token } = login.tokens;
    return { ...login, tokens: { ...login.tokens, id_token: managed(id_token), access_token: managed(access_token) } };
  }

  async end() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
