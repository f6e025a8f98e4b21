//! The line to the store: claims the database for one owner, and asks again when the connection broke.
//!
//! ```text
//! meta space   CLAIMS + epoch   one row for every owner there was, lately
//! ```
//! Every batch of the owner of epoch `e` adds the row of `e + 1` and deletes it again. An add fails
//! where the row is there, so that an owner that was replaced (frozen and thawed, say) can write no
//! more, in the same transaction and without a read before it.

use std::cell::Cell;
use std::ops::Range;

use super::format::{COPY_END, MANIFEST};
use super::frame;
use super::journal;
use super::reserve::{self, Reserve};
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
    /// Why it could not be claimed, and is only read; and its manifest then, since an owner that
    /// was there may go on.
    refusal: Option<(Error, Values)>,
    reserve: Cell<Reserve>,
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
    /// manifest's chunks, is not touched. One whose quota is used up beyond all reserves is not
    /// claimed, and can be read: see [`Link::refusal`].
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
                Ok(claim) => return Ok(claim.of(store)),
                Err(Failure::Conflict) => return Err(busy()),
                Err(Failure::Refused(error)) => return Err(error),
                Err(Failure::Lost(error)) => again(&store, &mut delays, error).await?,
            }
        }
    }

    /// Looks at a store whose owner may go on, to be read only, for this reason.
    ///
    /// Errors: the store's.
    pub(super) async fn observe(store: S, reason: Error) -> Result<Link<S>> {
        let ranges = [MANIFEST..COPY_END, CLAIMS..CLAIMS_END];
        let mut found = store.read(Space::Meta, &ranges).await?;
        let rows = found.pop().unwrap_or_default();
        let last = rows.last().map_or(0, |(number, _)| number - CLAIMS);
        let claim = Claim {
            epoch: last,
            reserve: Reserve::Never,
            refusal: Some((reason, found.pop().unwrap_or_default())),
        };
        Ok(claim.of(store))
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

    /// Why nothing can be written, if nothing can.
    pub(super) fn refusal(&self) -> Option<&Error> {
        self.refusal.as_ref().map(|(error, _)| error)
    }

    pub(super) fn reserve(&self) -> Reserve {
        self.reserve.get()
    }

    /// Takes note that room is kept back.
    pub(super) fn set_reserved(&self) {
        self.reserve.set(Reserve::Kept);
    }

    /// Gives the room up that is kept back; whether there was any.
    pub(super) async fn give_up_reserve(&self) -> bool {
        if self.reserve.get() != Reserve::Kept {
            return false;
        }
        self.reserve.set(Reserve::Spent);
        self.store.commit(reserve::give_up()).await.is_ok()
    }

    /// Writes a batch, unless another owner claimed the store.
    pub(super) async fn commit(&self, mut batch: Batch) -> std::result::Result<(), Failure> {
        if let Some(error) = self.refusal() {
            return Err(Failure::Refused(error.clone()));
        }
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
        let chunks = first_chunk..1 << 53;
        let chunks = std::slice::from_ref(&chunks);
        let found = self.store.read(Space::Journal, chunks).await?;
        // Whose it is comes last: between two reads another owner can claim it, and what that one
        // writes has the numbers that ours would have.
        match self.claims().await? {
            Standing::Ours(_) => {}
            other => return Ok(other),
        }
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
        let manifest = self.refusal.as_ref().map(|_| MANIFEST..COPY_END);
        let rows = std::iter::once(ours..ours + 2);
        let ranges: Vec<Range<u64>> = rows.chain(manifest).collect();
        let mut found = self.store.read(Space::Meta, &ranges).await?;
        let manifest = found.split_off(1).pop();
        let numbers: Vec<u64> = found.iter().flatten().map(|(number, _)| *number).collect();
        if let Some((_, seen)) = &self.refusal
            && manifest.as_ref() != Some(seen)
        {
            return Ok(Standing::Taken);
        }
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

/// What a try to claim a store came to.
struct Claim {
    epoch: u64,
    reserve: Reserve,
    refusal: Option<(Error, Values)>,
}

impl Claim {
    fn of<S>(self, store: S) -> Link<S> {
        Link {
            store,
            epoch: self.epoch,
            refusal: self.refusal,
            reserve: Cell::new(self.reserve),
        }
    }
}

async fn claim_once<S: Store>(
    store: &S,
    durability: Durability,
    check: &dyn Fn(&Values) -> Result<()>,
) -> std::result::Result<Claim, Failure> {
    let ranges = [MANIFEST..COPY_END, CLAIMS..CLAIMS_END, reserve::ROWS];
    let found = store.read(Space::Meta, &ranges).await?;
    let [manifest, rows, reserve] = found.as_slice() else {
        return Err(Failure::Refused(Error::internal(
            "a store answers each range",
        )));
    };
    check(manifest).map_err(Failure::Refused)?;
    let last = rows.last().map_or(0, |(number, _)| number - CLAIMS);
    let mut claim = Claim {
        epoch: last + 1,
        reserve: reserve::read(reserve),
        refusal: None,
    };
    let mut failure = match store.commit(claim_batch(claim.epoch, durability)).await {
        Ok(()) => return Ok(claim),
        Err(failure) => failure,
    };
    let is_full = matches!(&failure, Failure::Refused(error) if reserve::is_full(error));
    if is_full && claim.reserve == Reserve::Kept {
        store.commit(reserve::give_up()).await?;
        claim.reserve = Reserve::Spent;
        failure = match store.commit(claim_batch(claim.epoch, durability)).await {
            Ok(()) => return Ok(claim),
            Err(failure) => failure,
        };
    }
    match failure {
        // A store that nobody has written to yet holds nothing to be read.
        Failure::Refused(error) if reserve::is_full(&error) && last > 0 => {
            claim.epoch = last;
            claim.refusal = Some((error, manifest.clone()));
            Ok(claim)
        }
        failure => Err(failure),
    }
}

fn claim_batch(epoch: u64, durability: Durability) -> Batch {
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
    batch
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
