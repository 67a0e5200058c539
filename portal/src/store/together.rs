//! Questions that are asked together: while one statement is away, what arrives waits, and the next
//! statement takes it all. A round trip and a commit cost the same for one row as for thirty, and
//! nobody waits for company.

use std::io;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::StoreError;

/// Where questions wait; the last one dropped ends it.
pub(super) type Together<Q, A> = mpsc::Sender<Waiting<Q, A>>;

/// A question, and where its answer goes.
#[derive(Debug)]
pub(super) struct Waiting<Q, A> {
    question: Q,
    answer: oneshot::Sender<Result<A, Arc<StoreError>>>,
}

/// Begins to answer: `all` answers several questions in their order.
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
            let waiting = arrived.drain(..).map(|one| (one.question, one.answer));
            let (questions, waiting): (Vec<_>, Vec<_>) = waiting.unzip();
            let answers = match all(questions.clone()).await {
                Ok(answers) => answers.into_iter().map(Ok).collect(),
                // What the database said no to, it undid: be it for a deadlock with another portal's
                // statement. Each alone, then, and one that is refused spoils none beside it.
                Err(StoreError::Database(_)) if questions.len() > 1 => alone(&all, questions).await,
                Err(error) => {
                    let error = Arc::new(error);
                    questions.iter().map(|_| Err(error.clone())).collect()
                }
            };
            for (waiting, answer) in waiting.into_iter().zip(answers) {
                let _ = waiting.send(answer); // whoever asked may be gone
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
    let told = told.await.map_err(|_| StoreError::PoolClosed)?;
    told.map_err(|error| StoreError::Io(io::Error::other(error)))
}

async fn alone<Q, A, F, Answers>(all: &F, questions: Vec<Q>) -> Vec<Result<A, Arc<StoreError>>>
where
    F: Fn(Vec<Q>) -> Answers,
    Answers: Future<Output = Result<Vec<A>, StoreError>>,
{
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        let answer = all(vec![question]).await;
        let answer =
            answer.and_then(|answers| answers.into_iter().next().ok_or(StoreError::RowNotFound));
        answers.push(answer.map_err(Arc::new));
    }
    answers
}

/// How many questions one statement takes at most.
const MOST: usize = 32;
