//! The line to the store: claims the database for one owner, and asks again when the connection broke.
//!
//! ```text
//! meta space   CLAIMS + epoch   one row for every owner there was, lately
//! ```
//! Every batch of the owner of epoch `e` adds the row of `e + 1` and deletes it again. An add fails
//! where the row is there, so that an owner that was replaced (frozen and thawed, say) can write no
//! more, in the same transaction and without a read before it.

use std::ops::Range;

use super::format::{MANIFEST, MANIFEST_END};
use super::frame;
use super::journal;
use super::store::{Batch, Durability, Failure, Key, Space, Store, Values};
use crate::error::{Error, Result, codes};

const CLAIMS: u64 = 1 << 40;
const CLAIMS_END: u64 = 1 << 41;
/// Rows of owners that are kept: one that was replaced more often ago is not noticed any more.
const CLAIMS_KEPT: u64 = 4096;

/// Waits before the connection is tried again: eight seconds in all.
const RETRY_DELAYS_MS: [u32; 6] = [0, 20, 100, 500, 2000, 5000];

/// How often a store that does not answer is asked whether it is back.
pub(super) const PROBE_MS: u32 = 5000;

/// A claimed store.
pub(super) struct Link<S> {
    store: S,
    epoch: u64,
}

/// Whose the store is, and how far its journal goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// Still ours: the last sequence number in the journal from the chunk that was asked for.
    Ours(u64),
    /// Another owner has it.
    Taken,
    /// What this owner stored is not there any more.
    Gone,
}

/// The waits between tries.
pub(super) fn delays() -> impl Iterator<Item = u32> {
    RETRY_DELAYS_MS.into_iter()
}

fn claim_key(epoch: u64) -> Key {
    Key {
        space: Space::Meta,
        number: CLAIMS + epoch,
    }
}

fn row(epoch: u64, out: &mut Vec<(Key, Vec<u8>)>) {
    frame::seal(Space::Meta, CLAIMS + epoch, &[], out);
}

impl<S: Store> Link<S> {
    /// Claims the store: whoever had it can write no more. A store that `check` refuses, given its
    /// manifest's chunks, is not touched.
    ///
    /// Errors: `LockBusy` (46) if somebody else claims it at the same moment; the store's.
    pub(super) async fn claim(
        store: S,
        durability: Durability,
        check: &dyn Fn(&Values) -> Result<()>,
    ) -> Result<Link<S>> {
        let mut delays = delays();
        loop {
            match claim_once(&store, durability, check).await {
                Ok(epoch) => return Ok(Link { store, epoch }),
                Err(Failure::Conflict) => return Err(busy()),
                Err(Failure::Refused(error)) => return Err(error),
                Err(Failure::Lost(error)) => again(&store, &mut delays, error).await?,
            }
        }
    }

    /// Reads; a broken connection is made anew.
    ///
    /// Errors: the store's; `PrimarySteppedDown` (189), `DataCorruptionDetected` (301) if the store
    /// is ours no more.
    pub(super) async fn read(&self, space: Space, ranges: &[Range<u64>]) -> Result<Vec<Values>> {
        let mut delays = delays();
        loop {
            let lost = match self.store.read(space, ranges).await {
                Ok(found) => return Ok(found),
                Err(Failure::Lost(error)) => error,
                Err(failure) => return Err(failure.into()),
            };
            // A store that was deleted meanwhile would pass for damaged pages.
            let mut lost = Some(lost);
            while let Some(error) = lost.take() {
                again(&self.store, &mut delays, error).await?;
                match self.claims().await {
                    Err(Failure::Lost(error)) => lost = Some(error),
                    standing => is_ours(standing)?,
                }
            }
        }
    }

    /// Whether the store is still ours.
    ///
    /// Errors: as [`Link::read`].
    pub(super) async fn check(&self) -> Result<()> {
        is_ours(self.claims().await)
    }

    /// Writes a batch, unless another owner claimed the store.
    pub(super) async fn commit(&self, mut batch: Batch) -> std::result::Result<(), Failure> {
        row(self.epoch + 1, &mut batch.adds);
        batch.deletes.push(claim_key(self.epoch + 1));
        self.store.commit(batch).await
    }

    /// Waits, then asks on a new connection what has become of the store.
    pub(super) async fn standing(
        &self,
        delay_ms: u32,
        first_chunk: u64,
    ) -> std::result::Result<Standing, Failure> {
        self.store.pause(delay_ms).await;
        self.store.reset();
        match self.claims().await? {
            Standing::Ours(_) => {}
            other => return Ok(other),
        }
        let chunks = first_chunk..1 << 53;
        let chunks = std::slice::from_ref(&chunks);
        let found = self.store.read(Space::Journal, chunks).await?;
        let chunks: Vec<_> = found.into_iter().flatten().collect();
        let (commits, _) = journal::read(&chunks).map_err(Failure::Refused)?;
        Ok(Standing::Ours(
            commits.last().map_or(0, |commit| commit.sequence),
        ))
    }

    pub(super) async fn pause(&self, ms: u32) {
        self.store.pause(ms).await;
    }

    /// Whether our claim is the last one.
    async fn claims(&self) -> std::result::Result<Standing, Failure> {
        let ours = CLAIMS + self.epoch;
        let rows = ours..ours + 2;
        let rows = std::slice::from_ref(&rows);
        let found = self.store.read(Space::Meta, rows).await?;
        let numbers: Vec<u64> = found.iter().flatten().map(|(number, _)| *number).collect();
        Ok(match numbers.as_slice() {
            [one] if *one == ours => Standing::Ours(0),
            [] => Standing::Gone,
            _ => Standing::Taken,
        })
    }
}

fn is_ours(standing: std::result::Result<Standing, Failure>) -> Result<()> {
    match standing? {
        Standing::Ours(_) => Ok(()),
        Standing::Taken => Err(deposed()),
        Standing::Gone => Err(gone()),
    }
}

async fn claim_once<S: Store>(
    store: &S,
    durability: Durability,
    check: &dyn Fn(&Values) -> Result<()>,
) -> std::result::Result<u64, Failure> {
    let ranges = [MANIFEST..MANIFEST_END, CLAIMS..CLAIMS_END];
    let found = store.read(Space::Meta, &ranges).await?;
    let [manifest, rows] = found.as_slice() else {
        return Err(Failure::Refused(Error::internal(
            "a store answers each range",
        )));
    };
    check(manifest).map_err(Failure::Refused)?;
    let last = rows.last();
    let epoch = last.map_or(0, |(number, _)| number - CLAIMS) + 1;
    let mut batch = Batch {
        durability,
        ..Batch::default()
    };
    row(epoch, &mut batch.adds);
    if let Some(old) = epoch.checked_sub(CLAIMS_KEPT) {
        batch
            .delete_ranges
            .push((Space::Meta, CLAIMS, CLAIMS + old));
    }
    store.commit(batch).await?;
    Ok(epoch)
}

/// Waits for the next try, on a new connection; when there were enough, the error it is.
async fn again<S: Store>(
    store: &S,
    delays: &mut impl Iterator<Item = u32>,
    error: Error,
) -> Result<()> {
    let delay = delays.next().ok_or(error)?;
    store.pause(delay).await;
    store.reset();
    Ok(())
}

#[cold]
fn busy() -> Error {
    Error::new(
        codes::LOCK_BUSY,
        "the database is being opened by another tab at this moment",
    )
}

/// `PrimarySteppedDown` (189): another owner has the database; what was not acknowledged may be
/// sent to it again.
#[cold]
pub(super) fn deposed() -> Error {
    Error::new(
        codes::PRIMARY_STEPPED_DOWN,
        "another tab has taken this database over",
    )
    .with_label("RetryableWriteError")
}

/// `DataCorruptionDetected` (301): what was stored has been deleted under an open database.
#[cold]
pub(super) fn gone() -> Error {
    Error::new(
        codes::DATA_CORRUPTION_DETECTED,
        "the stored database was deleted while it was open",
    )
}

/// Whether an error says that the store is ours no more.
pub(super) fn is_final(error: &Error) -> bool {
    *error == deposed() || *error == gone()
}
