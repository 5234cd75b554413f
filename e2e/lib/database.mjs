// A database of the walks' own on a PostgreSQL that somebody lends.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const psql = (url, statement) => promisify(execFile)("psql", ["--no-psqlrc", "--quiet", "--dbname", url, "--command", statement]);

export class Database {
  url;
  #name = `walks_${process.pid}_${Date.now()}`;
  #server;

  static async on(server) {
    const database = new Database();
    database.#server = server;
    await psql(server, `CREATE DATABASE ${database.#name}`);
    const url = new URL(server);
    url.pathname = `/${database.#name}`;
    database.url = url.href;
    return database;
  }

  async drop() {
    await psql(this.#server, `DROP DATABASE IF EXISTS ${this.#name} WITH (FORCE)`);
  }
}
