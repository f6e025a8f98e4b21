//! The line to the store: claims the database for one owner, and asks again when the connection broke.
//!
//! ```text
//! meta space     CLAIMS + epoch   one row for every owner there was, lately: the number of its wall
//! journal space  a chunk that says nothing, the wall
//! ```
//! Every batch adds the journal's next chunk, and an add fails where there is one. Whoever claims the
//! store puts a wall there in the same transaction, so that the owner before it (frozen and thawed,
//! say), whose next chunk had that number, can write no more: the store itself refuses it, without
//! a read or a row of its own in each batch. Hence no checkpoint takes a wall away, and a new owner
//! begins behind its own, whatever it reads of the journal.

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
pub(super) const CLAIMS_KEPT: u64 = 4096;

/// Waits before the connection is tried again: eight seconds in all.
const RETRY_DELAYS_MS: [u32; 6] = [0, 20, 100, 500, 2000, 5000];

/// How often a store that does not answer is asked whether it is back.
pub(super) const PROBE_MS: u32 = 5000;

/// A claimed store.
pub(super) struct Link<S> {
    store: S,
    epoch: u64,
    /// The walls of this owner and of those before it, in order.
    walls: Vec<u64>,
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

impl<S: Store> Link<S> {
    /// Claims the store: whoever had it can write no more. A store that `check` refuses, given its
    /// manifest's chunks, is not touched; else it gives the journal's first number. One whose quota is used up beyond all reserves is not
    /// claimed, and can be read: see [`Link::refusal`].
    ///
    /// Errors: `LockBusy` (46) if somebody else claims it at the same moment; the store's.
    pub(super) async fn claim(
        store: S,
        durability: Durability,
        check: &dyn Fn(&Values) -> Result<u64>,
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
            walls: rows.iter().filter_map(wall_of).collect(),
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
        self.asked(|| self.store.read(space, ranges)).await
    }

    /// The highest number that has a value in a space.
    ///
    /// Errors: as [`Link::read`].
    pub(super) async fn last(&self, space: Space) -> Result<Option<u64>> {
        self.asked(|| self.store.last(space)).await
    }

    async fn asked<T, F: Future<Output = std::result::Result<T, Failure>>>(
        &self,
        ask: impl Fn() -> F,
    ) -> Result<T> {
        let mut delays = delays();
        loop {
            let lost = match ask().await {
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

    /// The walls there are, in order.
    pub(super) fn walls(&self) -> &[u64] {
        &self.walls
    }

    /// The number of the first journal chunk of this owner.
    pub(super) fn first_chunk(&self) -> u64 {
        self.walls.last().map_or(0, |wall| wall + 1)
    }

    /// Writes a batch that adds the journal's next chunk, unless another owner claimed the store.
    pub(super) async fn commit(&self, batch: Batch) -> std::result::Result<(), Failure> {
        if let Some(error) = self.refusal() {
            return Err(Failure::Refused(error.clone()));
        }
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
    walls: Vec<u64>,
    reserve: Reserve,
    refusal: Option<(Error, Values)>,
}

impl Claim {
    fn of<S>(self, store: S) -> Link<S> {
        Link {
            store,
            epoch: self.epoch,
            walls: self.walls,
            refusal: self.refusal,
            reserve: Cell::new(self.reserve),
        }
    }

    /// What makes the claim; takes those away that are too old, of `rows`.
    fn batch(&self, durability: Durability, rows: &Values) -> Batch {
        let mut batch = Batch {
            durability,
            ..Batch::default()
        };
        let wall = self.walls.last().copied().unwrap_or(0);
        row(self.epoch, wall, &mut batch.adds);
        journal::write_wall(wall, &mut batch.adds);
        if let Some(old) = self.epoch.checked_sub(CLAIMS_KEPT) {
            let end = CLAIMS + old;
            batch.delete_ranges.push((Space::Meta, CLAIMS, end));
            let old = rows.iter().take_while(|(number, _)| *number < end);
            batch
                .deletes
                .extend(old.filter_map(wall_of).map(|number| Key {
                    space: Space::Journal,
                    number,
                }));
        }
        batch
    }
}

async fn claim_once<S: Store>(
    store: &S,
    durability: Durability,
    check: &dyn Fn(&Values) -> Result<u64>,
) -> std::result::Result<Claim, Failure> {
    let ranges = [MANIFEST..COPY_END, CLAIMS..CLAIMS_END, reserve::ROWS];
    let found = store.read(Space::Meta, &ranges).await?;
    let [manifest, rows, reserve] = found.as_slice() else {
        return Err(Failure::Refused(Error::internal(
            "a store answers each range",
        )));
    };
    let journal = check(manifest).map_err(Failure::Refused)?;
    let end = store.last(Space::Journal).await?;
    let last = rows.last().map_or(0, |(number, _)| number - CLAIMS);
    // Behind the manifest in any case, should the chunk that was written with it be lost.
    let wall = end.unwrap_or(0).max(journal) + 1;
    let mut claim = Claim {
        epoch: last + 1,
        walls: rows.iter().filter_map(wall_of).chain([wall]).collect(),
        reserve: reserve::read(reserve),
        refusal: None,
    };
    let mut outcome = store.commit(claim.batch(durability, rows)).await;
    if claim.reserve == Reserve::Kept
        && let Err(Failure::Refused(error)) = &outcome
        && reserve::is_full(error)
    {
        store.commit(reserve::give_up()).await?;
        claim.reserve = Reserve::Spent;
        outcome = store.commit(claim.batch(durability, rows)).await;
    }
    match outcome {
        // The owner's last chunk can have come and gone since it was looked for, with a checkpoint
        // behind it: then it would write behind the wall.
        Ok(()) if store.last(Space::Journal).await? != Some(wall) => {
            Err(overtaken(store, claim.epoch).await)
        }
        Ok(()) => Ok(claim),
        // A store that nobody has written to yet holds nothing to be read.
        Err(Failure::Refused(error)) if reserve::is_full(&error) && last > 0 => {
            claim.epoch = last;
            claim.walls.pop();
            claim.refusal = Some((error, manifest.clone()));
            Ok(claim)
        }
        Err(Failure::Conflict) => Err(overtaken(store, last).await),
        Err(failure) => Err(failure),
    }
}

/// Somebody wrote while the store was claimed: another who claims it, of a later epoch, or its owner
/// so far, who will stop, since its lock is gone.
async fn overtaken<S: Store>(store: &S, epoch: u64) -> Failure {
    let later = CLAIMS + epoch + 1..CLAIMS_END;
    match store.read(Space::Meta, std::slice::from_ref(&later)).await {
        Ok(rows) if rows.iter().all(|rows| rows.is_empty()) => Failure::Lost(busy()),
        Ok(_) => Failure::Conflict,
        Err(failure) => failure,
    }
}

/// An owner's row.
pub(super) fn row(epoch: u64, wall: u64, out: &mut Vec<(Key, Vec<u8>)>) {
    frame::seal(Space::Meta, CLAIMS + epoch, &[&wall.to_le_bytes()], out);
}

/// The wall that an owner's row names. (Format 1 began without.)
fn wall_of((number, bytes): &(u64, Vec<u8>)) -> Option<u64> {
    let key = Key {
        space: Space::Meta,
        number: *number,
    };
    let row = frame::open(key, bytes).ok()?;
    row.payload.try_into().ok().map(u64::from_le_bytes)
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
