//! Queue, turns and answers.

use super::*;
use std::time::Duration;

fn job(text: &str, deadline: Option<Instant>) -> (Job, Receiver<Reply>) {
    let (reply, answer) = sync_channel(1);
    let job = Job {
        texts: vec![text.to_owned()],
        deadline,
        enqueued: Instant::now(),
        reply,
    };
    (job, answer)
}

fn analyse(texts: &[&str]) -> Result<(Vec<Analysis>, Timings), ServiceError> {
    if texts.contains(&"bad") {
        return Err(ServiceError::Encoder("bad text".to_owned()));
    }
    let found = texts.iter().map(|text| Analysis {
        embedding: Vec::new(),
        logits: None,
        tokens: text.len(),
    });
    Ok((found.collect(), Timings::default()))
}

#[test]
fn each_job_gets_its_own_answer_and_a_bad_one_fails_alone() {
    let past = Instant::now() - Duration::from_millis(1);
    let (a, answer_a) = job("a", None);
    let (late, answer_late) = job("late", Some(past));
    let (bad, answer_bad) = job("bad", None);
    let (ccc, answer_ccc) = job("ccc", None);
    tell(answer(vec![a, late, bad, ccc], &analyse));
    let tokens = |answer: &Receiver<Reply>| wait(answer, None).expect("encodes").analyses[0].tokens;
    assert_eq!(tokens(&answer_a), 1);
    assert_eq!(tokens(&answer_ccc), 3);
    assert!(matches!(
        wait(&answer_late, None),
        Err(ServiceError::DeadlineExceeded)
    ));
    assert!(matches!(
        wait(&answer_bad, None),
        Err(ServiceError::Encoder(_))
    ));
}

#[test]
fn nobody_waits_for_an_answer_past_the_deadline_and_one_that_is_there_is_taken() {
    let (waiting, told) = job("a", None);
    let soon = Instant::now() + Duration::from_millis(20);
    assert!(matches!(
        wait(&told, Some(soon)),
        Err(ServiceError::DeadlineExceeded)
    ));
    assert!(Instant::now() >= soon);
    tell(answer(vec![waiting], &analyse));
    assert!(wait(&told, Some(soon)).is_ok());
}

#[test]
fn single_texts_go_first_and_bulk_does_not_starve() {
    let mut queue = Queue::default();
    let mut answers = Vec::new();
    let mut add = |queue: &mut Queue, text: &str, lane: Lane| {
        let (job, answer) = job(text, None);
        answers.push(answer);
        queue.texts += 1;
        match lane {
            Lane::Interactive => queue.interactive.push_back(job),
            Lane::Bulk => queue.bulk.push_back(job),
        }
    };
    add(&mut queue, "bulk", Lane::Bulk);
    let mut order = Vec::new();
    for _ in 0..6 {
        for _ in 0..MAX_BATCH_TEXTS {
            add(&mut queue, "one", Lane::Interactive);
        }
        let jobs = queue.take().expect("has work");
        order.push((jobs[0].texts[0].clone(), jobs.len()));
    }
    let bulk = order.iter().position(|(text, _)| text == "bulk");
    assert_eq!(bulk, Some(BULK_EVERY as usize), "{order:?}");
    assert_eq!(order[0], ("one".to_owned(), MAX_BATCH_TEXTS));
    while queue.take().is_some() {}
    assert_eq!(queue.texts, 0);
}

#[test]
fn no_more_turns_than_cores_and_whoever_waits_is_answered() {
    let models = Models {
        search: Engine::embedded().expect("loads"),
        intent: None,
    };
    let encoder = EncoderThread::start(
        Arc::new(models),
        1_000,
        Arc::default(),
        Arc::new(AtWork::new()),
    );
    let encoder = encoder.expect("starts");
    let alone = |text: &str| {
        let encoded = encoder.encode(vec![text.to_owned()], Lane::Interactive, None);
        encoded.expect("encodes").analyses.remove(0).embedding
    };
    let texts = ["two tacos", "no onions", "where is my order"];
    let expected = texts.map(alone);
    std::thread::scope(|scope| {
        for lane in [Lane::Interactive, Lane::Interactive, Lane::Bulk] {
            let (encoder, expected) = (&encoder, &expected);
            scope.spawn(move || {
                for (text, expected) in texts.iter().zip(expected).cycle().take(12) {
                    let encoded = encoder.encode(vec![(*text).to_owned()], lane, None);
                    assert_eq!(&encoded.expect("encodes").analyses[0].embedding, expected);
                }
            });
        }
    });
    let take = |_| encoder.shared.free_turn().expect("nobody has it");
    let mut turns: Vec<_> = (0..encoder.shared.turns).map(take).collect();
    assert!(
        encoder.shared.free_turn().is_none(),
        "one more than there are"
    );
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| alone(texts[0]));
        while encoder.shared.lock().is_empty() {
            std::thread::yield_now();
        }
        assert!(!waiting.is_finished(), "it ran beside the turn");
        drop(turns.pop());
        assert_eq!(waiting.join().expect("answers"), expected[0]);
    });
    // Bulk work that waits is promised a turn, however many single texts come.
    encoder.shared.lock().bulk.push_back(job("bulk", None).0);
    assert!(encoder.shared.free_turn().is_none(), "it was promised");
    encoder.shared.lock().bulk.clear();
}
