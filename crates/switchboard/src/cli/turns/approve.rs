//! `switchboard approve`: answers what a turn asks before it goes on.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;
use switchboard_engine::folder::State;
use switchboard_model::approval::{Decision, Question, QuestionState};

use super::{Layout, refusal::Refusal};
use crate::{
    compose::House,
    config::{Config, Flags},
};

const EXAMPLES: &str = "\
Examples:
  switchboard approve 0199a213-81c0-7800-8aa1-bbab2a035a53 --list
  switchboard approve 0199a213-81c0-7800-8aa1-bbab2a035a53
  switchboard approve 0199a213-81c0-7800-8aa1-bbab2a035a53 --decision decline --feedback \"not now\"

Only turns with --sandbox workspace-write ask. What nobody answers within 30 minutes is declined.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Approve {
    /// The turn's id, as `new` printed it
    #[arg(value_name = "TURN")]
    turn: String,
    /// What to decide, one of those that --list shows as offered
    #[arg(long, value_name = "DECISION", default_value = "accept")]
    decision: String,
    /// Which question, if several wait
    #[arg(long, value_name = "ID")]
    question: Option<String>,
    /// The answer to a form, as JSON
    #[arg(long, value_name = "JSON")]
    answer: Option<String>,
    /// Words to the assistant beside the decision
    #[arg(long, value_name = "TEXT")]
    feedback: Option<String>,
    /// Only show what waits
    #[arg(long)]
    list: bool,
    /// Print errors as JSON too; the rest is JSON anyway
    #[arg(long)]
    json: bool,
}

impl Approve {
    pub async fn run(self, home: Option<PathBuf>, flags: Flags) -> Result<ExitCode> {
        super::super::logs("warn");
        let folder = match super::folder(home.clone(), &self.turn) {
            Ok(folder) => folder,
            Err(refusal) => return Ok(refusal.tell(self.json)),
        };
        let look = folder.look();
        if look.state == State::Missing {
            return Ok(Refusal::missing(look).tell(self.json));
        }
        let house = House::open(Config::read(home, flags)?).await?;
        let questions = house.store.reader().questions(folder.id()).await?;
        let open: Vec<_> = questions
            .into_iter()
            .filter(|question| question.state == QuestionState::Asked)
            .collect();
        let done = if self.list {
            if open.is_empty() {
                eprintln!("It asks nothing.");
            }
            let mut told = open.iter().map(told);
            told.try_for_each(|question| Layout::OneLine.print(&question))
                .map_err(Refusal::from)
        } else {
            self.decide(&house, &open).await
        };
        house.store.close().await;
        match done {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(refusal) => Ok(refusal.tell(self.json)),
        }
    }

    async fn decide(&self, house: &House, open: &[Question]) -> Result<(), Refusal> {
        let question = match (&self.question, open) {
            (Some(id), open) => open.iter().find(|question| question.id.to_string() == *id),
            (None, [only]) => Some(only),
            (None, []) => None,
            (None, _) => {
                return Err(Refusal::usage(
                    "several questions wait",
                    "choose one with --question; --list shows them",
                ));
            }
        };
        let Some(question) = question else {
            return Err(match &self.question {
                Some(id) if !open.is_empty() => Refusal::usage(
                    format!("no question {id:?} waits"),
                    "--list shows those that do",
                ),
                _ => Refusal::failed(
                    "this turn asks nothing",
                    "`switchboard status TURN` says where it stands",
                ),
            });
        };
        let me = house.local_admin().await?;
        let decision = Decision {
            choice: self.decision.clone(),
            answer: self.answer.clone(),
            feedback: self.feedback.clone(),
        };
        let decided = house.engine.decide(&me, question.id, decision).await;
        let decided = decided.map_err(|error| {
            let offered = question.asking.offered.join(", ");
            Refusal::usage(error.to_string(), format!("offered are: {offered}"))
        })?;
        Ok(Layout::OneLine.print(&told(&decided))?)
    }
}

/// A question as one line of JSON: nothing in it can act on a terminal.
fn told(question: &Question) -> serde_json::Value {
    let body = serde_json::from_str(&question.asking.body);
    serde_json::json!({
        "question": question.id.to_string(),
        "turn_id": question.turn.to_string(),
        "kind": question.asking.kind,
        "asks": body.unwrap_or(serde_json::Value::String(question.asking.body.clone())),
        "offered": question.asking.offered,
        "state": question.state.as_str(),
        "decision": question.decision.as_ref().map(|decision| &decision.choice),
    })
}
