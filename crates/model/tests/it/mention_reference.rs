//! A second mention parser, slow and plain, for one line of prose with code spans and URLs. Shares no
//! code with the real one, so that an error must be made twice to go unnoticed.

use switchboard_model::mention::Mention;

/// Turns any text into a line that the reference understands: one paragraph, no Markdown but code spans.
pub fn line(text: &str) -> String {
    let plain = text.chars().map(|c| match c {
        '<' | '[' | ']' | '\\' | '*' | '_' | '~' | '!' | ';' | '\u{FEFF}' => 'x',
        c if c.is_whitespace() || c.is_control() => ' ',
        c => c,
    });
    format!("x {}", plain.collect::<String>())
}

/// The mentions of such a line.
pub fn find(line: &str) -> Vec<Mention> {
    let chars: Vec<char> = line.chars().collect();
    let code = code(&chars);
    let mut mentions = Vec::new();
    for at in (0..chars.len()).filter(|&at| chars[at] == '@' && !code[at]) {
        let end = (at + 1..chars.len())
            .find(|&i| !(is_part(chars[i]) || chars[i] == '/'))
            .unwrap_or(chars.len());
        let name: String = chars[at + 1..end].iter().collect();
        let after: String = chars[end..].iter().take(2).collect();
        if is_name(&name) && alone(chars[at - 1], &after) && !in_url(&chars[..at], &code) {
            mentions.push(Mention {
                length: 1 + name.len(),
                handle: name.to_lowercase(),
                offset: chars[..at].iter().map(|c| c.len_utf8()).sum(),
            });
        }
    }
    mentions
}

/// For every character whether a code span covers it: n backticks up to the next run of exactly n.
fn code(chars: &[char]) -> Vec<bool> {
    let run = |at: usize| chars[at..].iter().take_while(|&&c| c == '`').count();
    let mut covered = vec![false; chars.len()];
    let mut at = 0;
    while at < chars.len() {
        let open = run(at);
        let mut close = at + open;
        while open > 0 && close < chars.len() && run(close) != open {
            close += run(close).max(1);
        }
        if open > 0 && close < chars.len() {
            covered[at..close + open].fill(true);
            at = close + open;
        } else {
            at += open.max(1);
        }
    }
    covered
}

fn is_part(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_')
}

fn is_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    parts.len() <= 2
        && parts.iter().all(|part| {
            part.len() >= 2 && part.len() <= 32 && part.as_bytes()[0].is_ascii_alphabetic()
        })
}

fn alone(before: char, after: &str) -> bool {
    let first = after.chars().next();
    let second = after.chars().nth(1);
    let glued = |c: Option<char>| c.is_some_and(glues);
    !(glues(before) || "/.:=#?&@+%-".contains(before))
        && first != Some('@')
        && !glued(first)
        && !(first == Some('.') && (glued(second) || second == Some('-')))
}

/// Letters and digits of scripts with spaces. The fuzzer's alphabet has no others than these.
fn glues(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_éßяΩ\u{301}²".contains(c)
}

/// Whether the text before an `@` ends inside a bare URL.
fn in_url(before: &[char], code: &[bool]) -> bool {
    (0..before.len()).any(|start| {
        let rest = &before[start..];
        let prior = start.checked_sub(1).map(|i| before[i]);
        let opens = |what: &str| {
            let head: String = rest.iter().take(what.len()).collect();
            head.eq_ignore_ascii_case(what)
        };
        let is_start = (opens("://") && prior.is_some_and(|c| c.is_ascii_alphanumeric()))
            || (opens("www.") && !prior.is_some_and(|c| glues(c) || c == '@'));
        // Each bracket is weighed at the place where it stands: one too many closes the URL.
        let balanced = |open: char, close: char| {
            let mut depth = 0;
            rest.iter().all(|&c| {
                depth += i32::from(c == open) - i32::from(c == close);
                depth >= 0
            })
        };
        is_start
            && !code[start..before.len()].contains(&true)
            && balanced('(', ')')
            && !rest.iter().any(|c| " >\"，。（：！\u{3000}".contains(*c))
    })
}
