//! Searching: both databases find what the words say, only where one may look, and what is there now.

use std::collections::HashSet;

use switchboard_model::{
    PersonId, ThreadId,
    clock::{Chance, FakeChance},
    search::{Piece, Query, terms},
    thread::Visibility,
};
use switchboard_store::{Hit, Hits, NewThread, ThreadPatch};

use crate::world::{World, private_thread};

async fn search(world: &World, who: PersonId, query: &str) -> Hits {
    let query = Query::parse(query).unwrap();
    world
        .reader()
        .search(who, query, None, None, 100)
        .await
        .unwrap()
}

/// The texts that are found, newest first; a title in brackets.
async fn found(world: &World, who: PersonId, query: &str) -> Vec<String> {
    let hits = search(world, who, query).await;
    let text = hits.items.into_iter().map(|hit| match hit.message {
        Some(_) => shown(hit),
        None => format!("[{}]", hit.title),
    });
    text.collect()
}

/// The part of a hit that is shown.
fn shown(hit: Hit) -> String {
    hit.snippet.into_iter().map(|piece| piece.text).collect()
}

/// A thread whose title says nothing.
async fn untitled(world: &World, by: PersonId, visibility: Visibility) -> ThreadId {
    let new = NewThread {
        title: Some("…".into()),
        visibility,
        ..private_thread(by)
    };
    world.store.create_thread(new).await.unwrap().0.thread.id
}

fn whole() -> Piece {
    Piece {
        text: String::new(),
        hit: false,
    }
}

on_both_databases! {
    async fn words_are_found_whatever_their_case_and_accents(world: World) {
        let mara = world.person("mara").await;
        let thread = untitled(&world, mara, Visibility::Private).await;
        for text in ["The Café opens", "cafe au lait", "caffeine", "我是中国人", "ship it 🚀"] {
            world.tick(1);
            world.post(thread, mara, text, &[]).await;
        }
        for (query, expected) in [
            ("CAFÉ ", vec!["cafe au lait", "The Café opens"]),
            ("caf", vec!["caffeine", "cafe au lait", "The Café opens"]),
            ("opens cafe", vec!["The Café opens"]),
            ("cafe closed", vec![]),
            ("中国", vec!["我是中国人"]),
            ("国", vec!["我是中国人"]),
            ("国中", vec![]),
            ("🚀", vec!["ship it 🚀"]),
            ("ca* OR \"ship", vec![]),
            ("\"ship\" (it)", vec!["ship it 🚀"]),
        ] {
            assert_eq!(found(&world, mara, query).await, expected, "{query:?}");
        }
    }

    async fn what_one_may_not_see_is_not_found(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let secret = untitled(&world, mara, Visibility::Private).await;
        let open = untitled(&world, mara, Visibility::Open).await;
        world.post(secret, mara, "a secret plan", &[]).await;
        world.tick(1);
        world.post(open, mara, "an open plan", &[]).await;
        assert_eq!(found(&world, mara, "plan").await, ["an open plan", "a secret plan"]);
        assert_eq!(found(&world, eve, "plan").await, ["an open plan"]);
        world.store.add_member(mara, secret, eve).await.unwrap();
        assert_eq!(found(&world, eve, "plan").await, ["an open plan", "a secret plan"]);
        let only = world.reader().search(mara, Query::parse("plan").unwrap(), Some(secret), None, 100);
        assert_eq!(only.await.unwrap().items.len(), 1);
        world.store.delete_thread(None, secret).await.unwrap();
        assert_eq!(found(&world, mara, "plan").await, ["an open plan"]);
    }

    async fn replies_and_titles_are_found_and_failures_are_not(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = untitled(&world, mara, Visibility::Private).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        world.reply(&claimed, "Zanzibar it is").await;
        assert_eq!(found(&world, mara, "zanzibar").await, ["Zanzibar it is"]);
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        world.fail(&claimed).await;
        assert_eq!(found(&world, mara, "fell over").await, Vec::<String>::new());

        let title = |title: &str| ThreadPatch { title: Some(title.into()), ..ThreadPatch::default() };
        world.store.patch_thread(None, thread, title("Travel to Zanzibar")).await.unwrap();
        assert_eq!(found(&world, mara, "travel").await, ["[Travel to Zanzibar]"]);
        world.store.patch_thread(None, thread, title("Elsewhere")).await.unwrap();
        assert_eq!(found(&world, mara, "travel").await, Vec::<String>::new());
        assert_eq!(found(&world, mara, "zanzibar").await, ["Zanzibar it is"]);
        // An automatic title is one too.
        world.store.patch_thread(None, thread, title("")).await.unwrap();
        assert_eq!(found(&world, mara, "what is 2").await.len(), 3);
    }

    async fn a_text_of_a_megabyte_is_found_by_its_first_words(world: World) {
        let mara = world.person("mara").await;
        let thread = untitled(&world, mara, Visibility::Private).await;
        let mut text = "needle".to_owned();
        for n in 0_i64.. {
            let word = format!(" {n:x}");
            if text.len() + word.len() > 1024 * 1024 {
                break;
            }
            text.push_str(&word);
        }
        world.post(thread, mara, &text, &[]).await;
        let hits = search(&world, mara, "needle 1f").await;
        assert_eq!(hits.items[0].message.as_ref().unwrap().seq, 1);
        assert!(hits.items[0].snippet.len() > 1 && hits.items[0].snippet[0] != whole());
        // As large, and all of it one word.
        world.post(thread, mara, &"Ä".repeat(512 * 1024), &[]).await;
        assert_eq!(search(&world, mara, &"a".repeat(70)).await.items.len(), 1);
    }

    async fn pages_go_on_where_the_last_one_ended(world: World) {
        let mara = world.person("mara").await;
        let thread = untitled(&world, mara, Visibility::Private).await;
        for n in 0..23 {
            // Several in one millisecond.
            if n % 5 == 0 {
                world.tick(1);
            }
            world.post(thread, mara, &format!("word number {n}"), &[]).await;
        }
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let query = Query::parse("word").unwrap();
            let page = world.reader().search(mara, query, None, before, 10).await.unwrap();
            seen.extend(page.items.into_iter().map(|hit| hit.message.unwrap().seq));
            // What comes meanwhile is newer than any page that follows.
            world.post(thread, mara, "another word", &[]).await;
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        let expected: Vec<i64> = (1..=23).rev().collect();
        assert_eq!(seen, expected);
    }

    async fn the_index_finds_what_the_words_say(world: World) {
        let mara = world.person("mara").await;
        let thread = untitled(&world, mara, Visibility::Private).await;
        let dice = Dice(FakeChance::seeded(11));
        let corpus: Vec<String> = (0..150).map(|_| dice.text(12)).collect();
        for text in &corpus {
            world.post(thread, mara, text, &[]).await;
        }
        let mut hits = 0;
        for _ in 0..400 {
            let query = dice.text(2);
            let Some(parsed) = Query::parse(&query) else { continue };
            let expected: HashSet<&str> = corpus
                .iter()
                .filter(|text| {
                    let terms = terms(text);
                    parsed.wanted().iter().all(|wanted| {
                        terms.iter().any(|term| {
                            *term == wanted.term || wanted.prefix && term.starts_with(&wanted.term)
                        })
                    })
                })
                .map(String::as_str)
                .collect();
            let found = world.reader().search(mara, parsed, None, None, 200).await.unwrap();
            let found = found.items.into_iter().map(|hit| hit.message.unwrap().seq);
            let found: HashSet<&str> = found.map(|seq| corpus[usize::try_from(seq).unwrap() - 1].as_str()).collect();
            assert_eq!(found, expected, "{query:?}");
            hits += found.len();
        }
        assert!(hits > 1000, "only {hits} hits: the texts and queries have too little in common");
    }
}

/// Repeatable dice.
struct Dice(FakeChance);

impl Dice {
    fn below(&self, sides: usize) -> usize {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes) as usize % sides
    }

    /// Words that databases like to misread, put together in all ways.
    fn text(&self, words: usize) -> String {
        const WORDS: [&str; 40] = [
            "Café",
            "cafe\u{301}",
            "CAFETERIA",
            "naïve",
            "Straße",
            "strasse",
            "Ærø",
            "İstanbul",
            "ΣΊΣΥΦΟΣ",
            "σίσυφος",
            "Ёлка",
            "中国人",
            "国",
            "日本語テキスト",
            "がぎ",
            "か\u{3099}",
            "한국어",
            "ภาษาไทย",
            "हिन्दी",
            "العَرَبِيَّة",
            "🚀",
            "👍🏽",
            "❤️",
            "don't",
            "e-mail",
            "a@example.com",
            "https://x.org/a?b=c",
            "1e5",
            "-3.14",
            "10.0.0.1",
            "foo_bar",
            "AND",
            "OR",
            "NOT",
            "NEAR(a",
            "\"quoted",
            "q0043f",
            "queue",
            "the",
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        ];
        const GAPS: [&str; 8] = [" ", " ", " ", "\n", ", ", "", "*", "\u{200B}"];
        let mut text = String::new();
        for _ in 0..=self.below(words) {
            let word = WORDS[self.below(WORDS.len())];
            let cut = [0, 0, 0, 1, 2][self.below(5)];
            let length = word.chars().count().saturating_sub(cut);
            text.extend(word.chars().take(length.max(1)));
            text.push_str(GAPS[self.below(GAPS.len())]);
        }
        text
    }
}
