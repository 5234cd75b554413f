# What detached turns promise. Each scenario has a test of the same name, in words joined by underscores.
Feature: Detached turns of Codex

  Scenario: New returns at once with the paths of a turn
    Given somebody is signed in with a ChatGPT plan
    When `switchboard new "Say hello"` is run
    Then it prints one line of JSON with the turn's id and its paths, and ends within a second
    And a worker in a session of its own goes on, fills out.txt and ends with the marker done

  Scenario: Continue last goes on in the newest thread of this directory
    Given two threads of this directory and a newer one of another
    When `switchboard continue --last "Go on"` is run
    Then the newer of the two goes on
    And where there is none of this directory it is an error, and no other thread is touched

  Scenario: Continue thread goes on in the thread that is named
    Given a thread that remembers a word
    When `switchboard continue --thread THREAD "Which word?"` is run
    Then that thread answers, and meta.json names it in resumed_from

  Scenario: Wait prints the answer and ends as the turn did
    Given a turn that completes, one that fails, and one that runs for long
    When `switchboard wait TURN --timeout 1` is run for each
    Then the first prints out.txt on stdout and exits with 0
    And the second tells the failure on stderr and exits with 1
    And the third exits with 7 and still runs

  Scenario: Tail follow streams what comes and ends as the turn did
    Given a turn that speaks in pieces
    When `switchboard tail TURN --follow` is run
    Then every byte of out.txt is printed as it comes, the last one included
    And it exits with 0 for a turn that is complete and with 1 for one that failed

  Scenario: Status of a running turn has every field
    Given a turn that runs
    When `switchboard status TURN` is run
    Then it prints turn_id, state, thread_id, cwd, started_at, last_event_at, pid and status, and the state is running

  Scenario: A turn that just started is never called abandoned
    Given a turn whose worker has only begun
    When `switchboard status TURN` is run again and again
    Then the state goes from queued or starting to running, and is never abandoned or missing

  Scenario: A turn whose worker died is abandoned
    Given a turn that runs
    When its worker is killed, and another process gets its pid
    Then `switchboard status TURN` says abandoned within a second, and the marker error is there

  Scenario: List turns gives the newest first
    Given seven turns
    When `switchboard list-turns --limit 5` is run
    Then it prints the five newest, newest first

  Scenario: List gives recent Codex threads
    Given a Codex home with threads of any age, archived and compressed ones too
    When `switchboard list` is run by somebody who is not signed in
    Then it prints at most 50, the one that was written to last first, with thread_id, path, cwd and mtime

  Scenario: Show gives path, head and the last ten lines
    Given a Codex thread of fourteen lines
    When `switchboard show THREAD` is run
    Then it prints thread_id, path, head and tail, and tail has the last ten lines as they are
    And for an id that nobody has it exits with 1

  Scenario: Setup removes the folders of old turns
    Given a turn that ended eight days ago, one that ended today, and an old one that still runs
    When `switchboard setup` is run
    Then the first is gone and the others are there

  Scenario: A schema reaches the model and the answer fits it
    Given a file with a JSON Schema
    When `switchboard new --schema answer.json "…"` is run
    Then the model is asked for that schema, and the turn completes with an answer that fits it
    And an answer that does not fit makes the turn fail, and a file that is no schema is refused at once

  Scenario: Repeated images reach the model
    Given two pictures
    When `switchboard new --image a.png --image b.png "Compare"` is run
    Then the model gets both, in this order
    And a picture that is missing is refused at once

  Scenario: Without a login the guide is printed and the exit code is 2
    Given nobody is signed in, and an API key is in the environment
    When `switchboard new "Say hello"` is run
    Then the guide that names `codex login` is on stderr, and it exits with 2
    And no turn was made and nothing was asked of any server

  Scenario: Every turn uses the subscription
    Given somebody is signed in with a ChatGPT plan, and their config names another provider
    When a turn runs
    Then every request is made with the plan's login
    And `switchboard status TURN` has auth with mode chatgpt and the plan

  Scenario: An exported API key is ignored
    Given OPENAI_API_KEY and CODEX_API_KEY are in the environment
    When a turn runs
    Then no request carries either, and no command inside the turn can read them

  Scenario: Without Codex setup prints how to install it
    Given there is no Codex on this machine
    When `switchboard setup` is run
    Then it prints the lines that install it and exits with 69

  Scenario: A long turn outlives the command that started it
    Given a turn that goes on until it is let go
    When `switchboard new` has ended and its process group is gone
    Then the turn still runs, and completes once it is let go

  Scenario: Feedback check warns of a recurring pattern
    Given a log of at least five entries of which three of the last ten name the same thing, or whose mean rating is below 3
    When `switchboard feedback check` is run
    Then it prints one line, in Japanese under a Japanese locale and else in English, and exits with 0
    And without such a pattern it prints nothing

  Scenario: A retrospective is the newest entry of the log
    Given a session that is over, and a log with older entries
    When `switchboard feedback add` is run with a rating from 1 to 5
    Then the entry stands on top of feedback/log.md, and the older ones stand below as they were
    And when the person skipped it and nothing went wrong, nothing is written
