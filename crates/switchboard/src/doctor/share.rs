//! One examination at a time, shared by those who waited for it. Knows nothing of what is examined.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use tokio::sync::Mutex;

/// What the latest examination found, and who may take that for an answer.
#[derive(Debug)]
pub struct Share<T> {
    begun: AtomicU64,
    /// The number of the latest that ended, with what it found.
    last: Mutex<Option<(u64, T)>>,
}

impl<T> Default for Share<T> {
    fn default() -> Self {
        Self {
            begun: AtomicU64::default(),
            last: Mutex::default(),
        }
    }
}

impl<T: Clone> Share<T> {
    /// What an examination found that began after this call. Of those who come while one is under way, the
    /// first makes the next, and the others share it.
    pub async fn get(&self, examine: impl Future<Output = T>) -> T {
        let good_enough = self.begun.load(SeqCst) + 1;
        let mut last = self.last.lock().await;
        if let Some((number, found)) = &*last
            && *number >= good_enough
        {
            return found.clone();
        }
        let number = self.begun.fetch_add(1, SeqCst) + 1;
        let found = examine.await;
        *last = Some((number, found.clone()));
        found
    }
}

#[cfg(test)]
mod tests {
    use tokio::{sync::Notify, task::yield_now};

    use super::*;

    #[tokio::test]
    async fn who_comes_while_one_is_under_way_shares_the_next() {
        let share = Share::default();
        let (count, go) = (AtomicU64::new(0), Notify::new());
        let one = || async {
            go.notified().await;
            count.fetch_add(1, SeqCst) + 1
        };
        let first = share.get(one());
        let later = async {
            // The first has begun by now.
            yield_now().await;
            let both = async { tokio::join!(share.get(one()), share.get(one())) };
            let release = async {
                go.notify_one();
                yield_now().await;
                go.notify_one();
            };
            tokio::join!(both, release).0
        };
        let (first, (second, third)) = tokio::join!(first, later);
        assert_eq!((first, second, third), (1, 2, 2));
        go.notify_one();
        assert_eq!(
            share.get(one()).await,
            3,
            "an answer is never older than its question"
        );
    }
}
