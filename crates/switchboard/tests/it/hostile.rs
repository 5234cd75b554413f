//! A program that does what no assistant should: whatever it says and however it ends, its turn ends
//! too, what it had said is kept, and nothing of it lives on.

use crate::support::{house_with_script, text};

/// Behaves as the last word of the question says.
const PROGRAM: &str = r#"
begin
say 1 "so far"
case "${asked##* }" in
  flood) head -c 52428800 /dev/zero | tr '\0' f ;;
  lines) head -c 52428800 /dev/zero | tr '\0' '\n' ;;
  moan) head -c 52428800 /dev/zero | tr '\0' f >&2; exit 3 ;;
  broken) printf '{"type":"item.comp\n[]\n"\n{"type":7}\n{"type":"item.completed"}\n{"type":"item.completed","item":{}}\nnull\n' ;;
  binary) head -c 65536 "$0.noise"; printf '\n' ;;
  split)
    printf '{"type":"item.completed","item":{"id":"x","type":"agent_message","text":"\303'
    sleep 0.05
    printf '\274ber"}}\n'
    end ;;
  half) printf '{"type":"turn.comple' ;;
  signal) kill -9 $$ ;;
  guard) kill -9 $PPID; sleep 1000 ;;
  orphan) (setsid sh -c 'while :; do sleep 1; done' "$here/orphan" &); say 2 "all"; end ;;
  *) say 2 "x"; end | head -c "${asked##* }" ;;
esac
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_turn_of_a_hostile_program_ends_and_leaves_no_process() {
    let house = house_with_script(PROGRAM).await;
    let noise: Vec<u8> = (0..65_536_u32).map(|n| (n * 31 % 251) as u8).collect();
    std::fs::write(house.folder().join("program/codex.noise"), noise).unwrap();
    let client = house.client();
    for (behaviour, state, code) in [
        ("flood", "failed", "crashed too_much_output"),
        ("lines", "failed", "crashed too_much_output"),
        ("moan", "failed", "crashed"),
        ("broken", "failed", "crashed"),
        ("binary", "failed", "crashed"),
        ("split", "done", ""),
        ("half", "failed", "crashed"),
        ("signal", "failed", "crashed"),
        ("guard", "failed", "crashed"),
        ("orphan", "done", ""),
        ("0", "failed", "crashed"),
        ("1", "failed", "crashed"),
        ("17", "failed", "crashed"),
    ] {
        let thread = client.thread().await;
        let turn = client.ask(&thread, &format!("@chatgpt {behaviour}")).await;
        let turn = client.ended(&turn).await;
        assert_eq!(turn["state"], state, "{behaviour}: {turn}");
        if let Some(said) = turn["error"]["code"].as_str() {
            assert!(code.contains(said), "{behaviour}: {turn}");
        }
        house.is_quiet().await;
        let items = client.items(text(&turn, "id")).await;
        assert_eq!(text(&items[0], "text"), "so far", "{behaviour}: {items:#?}");
        assert!(
            items.iter().all(|item| item["status"] != "open"),
            "{behaviour}: {items:#?}"
        );
        if behaviour == "split" {
            assert_eq!(client.messages(&thread).await[1]["text"], "über");
        }
    }
    let health = client.call("GET", "/healthz", None).await;
    assert_eq!(health.status, 200, "the server is well");
}
