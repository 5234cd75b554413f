// A small real MCP server for the tests: over its pipes, or with `--http` over streamable HTTP. It writes what it is
// asked to the file behind `--log`, one JSON a line, so that a test sees what was called and what was not.
//
//   node mcp-server.mjs [--log FILE] [--http] [--bearer TOKEN] [--oauth]
import { appendFileSync, existsSync } from "node:fs";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const flag = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : (process.argv[at + 1] ?? "");
};
const logFile = flag("--log");
const note = (what) => logFile && appendFileSync(logFile, `${JSON.stringify(what)}\n`);

const text = (words, more = {}) => ({ content: [{ type: "text", text: words }], ...more });
const object = (properties, required = Object.keys(properties)) => ({ type: "object", properties, required });
const string = { type: "string" };

/** What each tool is and does. `ask` sends a request of ours and waits for its answer, `tell` a notification. */
const TOOLS = {
  echo: {
    description: "Says the same again.",
    inputSchema: object({ text: string }),
    annotations: { readOnlyHint: true },
    run: ({ text: words }) => text(`echo: ${words}`),
  },
  add: {
    description: "Adds two numbers.",
    inputSchema: object({ a: { type: "number" }, b: { type: "number" } }),
    run: ({ a, b }) => text(`sum: ${a + b}`),
  },
  slow: {
    description: "Says how far it is, and goes on once there is a file beside its log.",
    inputSchema: object({}),
    annotations: { readOnlyHint: true },
    run: async (_, { tell, progressToken }) => {
      tell("notifications/progress", { progressToken, progress: 1, total: 2, message: "half of it" });
      while (!existsSync(`${logFile}.go-on`)) await new Promise((go) => setTimeout(go, 20));
      return text("slow: done");
    },
  },
  fail: {
    description: "Always fails.",
    inputSchema: object({}),
    annotations: { readOnlyHint: true },
    run: () => text("it cannot", { isError: true }),
  },
  ask: {
    description: "Asks who it is for.",
    inputSchema: object({}),
    annotations: { readOnlyHint: true },
    run: async (_, { ask }) => {
      const requestedSchema = object({
        name: { type: "string", title: "Name", maxLength: 40 },
        color: { type: "string", title: "Color", enum: ["red", "blue"] },
      });
      const answer = await ask("elicitation/create", { mode: "form", message: "Who is it for?", requestedSchema });
      note({ answered: answer });
      return text(`ask: ${JSON.stringify(answer)}`);
    },
  },
  link: {
    description: "Has a page opened.",
    inputSchema: object({}),
    annotations: { readOnlyHint: true },
    run: async (_, { ask }) => {
      const url = "https://example.com/confirm";
      const asked = { mode: "url", message: "Confirm it there.", url, elicitationId: "e1" };
      const answer = await ask("elicitation/create", asked);
      note({ answered: answer });
      return text(`link: ${JSON.stringify(answer)}`);
    },
  },
  variable: {
    description: "Says how long a variable's value is, and never the value.",
    inputSchema: object({ name: string }),
    annotations: { readOnlyHint: true },
    run: ({ name }) => text(`variable: ${process.env[name]?.length ?? "none"}`),
  },
};

/** The answer to one request; `talk` is how to reach who asks. */
async function answer({ method, params }, talk) {
  switch (method) {
    case "initialize":
      return {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: "test-tools", version: "1" },
      };
    case "tools/list":
      return { tools: Object.entries(TOOLS).map(([name, { run, ...tool }]) => ({ name, ...tool })) };
    case "tools/call": {
      const tool = TOOLS[params.name];
      note({ called: params.name, arguments: params.arguments ?? {} });
      return tool.run(params.arguments ?? {}, { ...talk, progressToken: params._meta?.progressToken });
    }
    case "ping":
      return {};
    default:
      throw new Error(`${method} is not known here`);
  }
}

/** Takes in messages, one call each, and sends what is to be said through `send`. */
function session(send) {
  const waiting = new Map();
  let count = 0;
  const tell = (method, params) => send({ jsonrpc: "2.0", method, params });
  const ask = (method, params) =>
    new Promise((resolve) => {
      const id = `ours-${++count}`;
      waiting.set(id, resolve);
      send({ jsonrpc: "2.0", id, method, params });
    });
  return async (message) => {
    if (message.method === undefined) {
      waiting.get(message.id)?.(message.result ?? message.error);
      waiting.delete(message.id);
    } else if (message.id !== undefined) {
      try {
        const result = await answer(message, { ask, tell });
        send({ jsonrpc: "2.0", id: message.id, result });
      } catch (error) {
        send({ jsonrpc: "2.0", id: message.id, error: { code: -32601, message: error.message } });
      }
    }
  };
}

function overPipes() {
  const take = session((message) => process.stdout.write(`${JSON.stringify(message)}\n`));
  createInterface({ input: process.stdin }).on("line", (line) => take(JSON.parse(line)));
}

/** An issuer that lets everybody in who opens its page, and tells where it is. */
function issuer(request, response, body) {
  const here = `http://${request.headers.host}`;
  const url = new URL(request.url, here);
  const json = (status, value) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  if (url.pathname.startsWith("/.well-known/oauth-protected-resource")) json(200, { resource: `${here}/mcp`, authorization_servers: [here] });
  else if (url.pathname.startsWith("/.well-known/oauth-authorization-server")) {
    json(200, {
      issuer: here, authorization_endpoint: `${here}/authorize`, token_endpoint: `${here}/token`, registration_endpoint: `${here}/register`,
      response_types_supported: ["code"], grant_types_supported: ["authorization_code", "refresh_token"],
      code_challenge_methods_supported: ["S256"], token_endpoint_auth_methods_supported: ["none"],
    });
  } else if (url.pathname === "/register") {
    json(201, { ...JSON.parse(body), client_id: "a-client" });
  } else if (url.pathname === "/authorize") {
    const back = new URL(url.searchParams.get("redirect_uri"));
    back.search = new URLSearchParams({ code: "a-code", state: url.searchParams.get("state") });
    response.writeHead(302, { location: back.href }).end();
  } else if (url.pathname === "/token") {
    json(200, { access_token: TOKEN, token_type: "Bearer", expires_in: 3600, refresh_token: "a-refresh-token" });
  } else return false;
  return true;
}

/** What the issuer gives out. */
const TOKEN = "an-access-token-of-the-issuer";

function overHttp() {
  const oauth = process.argv.includes("--oauth");
  const bearer = oauth ? TOKEN : flag("--bearer");
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    if (oauth && issuer(request, response, body)) return;
    if (bearer !== undefined && request.headers.authorization !== `Bearer ${bearer}`) {
      return response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    }
    if (request.method !== "POST") {
      return response.writeHead(405).end();
    }
    const message = JSON.parse(body);
    if (message.id === undefined) {
      return response.writeHead(202).end();
    }
    // One session for each call: what is asked back would need a stream, which these tests have over pipes.
    await session((said) => {
      if (said.id === message.id) {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(said));
      }
    })(message);
  });
  server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/mcp`));
}

note({ started: process.pid });
process.argv.includes("--http") ? overHttp() : overPipes();
