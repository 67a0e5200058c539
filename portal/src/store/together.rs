//! Questions that are asked together: while one statement is away, what arrives waits, and the next
//! statement takes it all. A round trip and a commit cost the same for one row as for thirty, and
//! nobody waits for company.

use std::io;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::StoreError;

/// Where questions wait; the last one dropped ends it.
pub(super) type Together<Q, A> = mpsc::Sender<Waiting<Q, A>>;

/// A question, and where its answer goes.
#[derive(Debug)]
pub(super) struct Waiting<Q, A> {
    question: Q,
    answer: oneshot::Sender<Result<A, StoreError>>,
}

/// Begins to answer: `all` answers several questions in their order, by one statement.
pub(super) fn start<Q, A, F, Answers>(all: F) -> Together<Q, A>
where
    Q: Clone + Send + Sync + 'static,
    A: Send + 'static,
    F: Fn(Vec<Q>) -> Answers + Send + Sync + 'static,
    Answers: Future<Output = Result<Vec<A>, StoreError>> + Send,
{
    let (sender, mut receiver) = mpsc::channel::<Waiting<Q, A>>(MOST);
    tokio::spawn(async move {
        let mut arrived = Vec::with_capacity(MOST);
        while receiver.recv_many(&mut arrived, MOST).await > 0 {
            // Who gave up meanwhile was told that it failed, and so it is not done either.
            arrived.retain(|one| !one.answer.is_closed());
            let questions: Vec<_> = arrived.iter().map(|one| one.question.clone()).collect();
            match in_time(all(questions)).await {
                Ok(answers) => {
                    for (one, answer) in arrived.drain(..).zip(answers) {
                        let _ = one.answer.send(Ok(answer)); // whoever asked may be gone
                    }
                }
                // What the database said no to, it undid: be it for a deadlock with another portal's
                // statement. Each alone, then, and one that is refused spoils none beside it.
                Err(StoreError::Database(_)) if arrived.len() > 1 => {
                    for one in arrived.drain(..).filter(|one| !one.answer.is_closed()) {
                        let answers = in_time(all(vec![one.question])).await;
                        let answer = answers.map(|answers| answers.into_iter().next());
                        let answer = answer.and_then(|one| one.ok_or(StoreError::RowNotFound));
                        let _ = one.answer.send(answer);
                    }
                }
                Err(error) => {
                    let mut error = Some(error);
                    for one in arrived.drain(..) {
                        // The first tells what it was, in the log too.
                        let error = error.take().unwrap_or_else(in_company);
                        let _ = one.answer.send(Err(error));
                    }
                }
            }
        }
    });
    sender
}

/// Asks, and waits for the answer.
pub(super) async fn ask<Q, A>(together: &Together<Q, A>, question: Q) -> Result<A, StoreError> {
    let (answer, told) = oneshot::channel();
    let asked = together.send(Waiting { question, answer }).await;
    asked.map_err(|_| StoreError::PoolClosed)?;
    told.await.map_err(|_| StoreError::PoolClosed)?
}

/// A database that says nothing holds up what arrives after it no longer than this.
async fn in_time<A>(
    answers: impl Future<Output = Result<Vec<A>, StoreError>>,
) -> Result<Vec<A>, StoreError> {
    tokio::time::timeout(LONGEST, answers).await.unwrap_or(Err(StoreError::PoolTimedOut))
}

fn in_company() -> StoreError {
    StoreError::Io(io::Error::other("it was in a statement that failed"))
}

/// How many questions one statement takes at most.
const MOST: usize = 32;
const LONGEST: Duration = Duration::from_secs(10);
