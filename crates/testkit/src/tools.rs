//! The small MCP server of the tests, as a person adds it, and what it was asked. Owns its log and, over HTTP, its process.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use crate::{Client, House};

/// The server and its log.
pub struct Tools {
    log: PathBuf,
    /// Over HTTP: the process, and where it is.
    running: Option<(Child, String)>,
}

impl Tools {
    /// One that is started as a command by whoever uses it.
    pub fn over_pipes(house: &House) -> Self {
        Self {
            log: house.folder().join("tools.log"),
            running: None,
        }
    }

    /// One that runs and waits for HTTP, and wants this token.
    pub fn over_http(house: &House, bearer: &str) -> Self {
        Self::served(house, &["--bearer", bearer])
    }

    /// One that runs and waits for HTTP, and wants a token of its own issuer.
    pub fn behind_oauth(house: &House) -> Self {
        Self::served(house, &["--oauth"])
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "an outsider, which no guard of ours watches"
    )]
    fn served(house: &House, how: &[&str]) -> Self {
        let log = house.folder().join("tools.log");
        let mut server = Command::new("node")
            .arg(program())
            .arg("--http")
            .args(how)
            .arg("--log")
            .arg(&log)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        said.read_line(&mut url).unwrap();
        Self {
            log,
            running: Some((server, url.trim().to_owned())),
        }
    }

    /// How it is reached as a command that gets these variables.
    pub fn command(&self, variables: &[&str]) -> Value {
        json!({
            "type": "stdio",
            "command": "node",
            "args": [program(), "--log", &self.log],
            "variables": variables,
        })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.running.as_ref().expect("over HTTP").1
    }

    /// Lets its slow tool come to its end.
    pub fn go_on(&self) {
        let mut go_on = self.log.clone().into_os_string();
        go_on.push(".go-on");
        fs::write(go_on, "").unwrap();
    }

    /// What it was asked and answered so far.
    pub fn log(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Which of its tools were called so far.
    pub fn called(&self) -> Vec<String> {
        let log = self.log();
        let called = log.iter().filter_map(|line| line["called"].as_str());
        called.map(str::to_owned).collect()
    }
}

impl Drop for Tools {
    fn drop(&mut self) {
        if let Some((server, _)) = &mut self.running {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// The path under which a client's MCP servers for an assistant are.
pub async fn path(client: &Client, handle: &str) -> String {
    let assistant = client.assistant(handle).await;
    format!(
        "/api/assistants/{}/mcp-servers",
        assistant["id"].as_str().unwrap()
    )
}

/// Gives @chatgpt an MCP server in the client's name; what the server said.
pub async fn give(client: &Client, name: &str, transport: Value) -> Value {
    let body = json!({ "name": name, "transport": transport });
    client.post(&path(client, "chatgpt").await, body).await
}

fn program() -> PathBuf {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/lib/mcp-server.mjs");
    fs::canonicalize(program).unwrap()
}
