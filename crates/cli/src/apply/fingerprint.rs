//! What a file held when it was checked. What is read of it later is held against that before anybody sees it: a file that
//! is overwritten in the meantime could otherwise give lines that are half of the old text and half of the new one, and
//! name what nobody ever named.

use base16ct::lower::encode_string;
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::{self, ErrorKind, Read};

/// How many bytes are held against the fingerprint at once.
const BLOCK: usize = 1024 * 1024;

type Hash = [u8; 32];

/// SHA-256 of a file up to the end of each block: 32 bytes for each mebibyte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fingerprint {
    bytes: u64,
    /// The last one is that of the whole file.
    hashes: Vec<Hash>,
}

impl Fingerprint {
    /// How long the file is.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// SHA-256 of the whole file, in hexadecimal.
    pub(super) fn sha256(&self) -> String {
        self.hashes.last().map(|hash| encode_string(hash)).unwrap_or_default()
    }
}

/// The file does not have its fingerprint any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Changed;

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the file has changed since it was checked")
    }
}

impl std::error::Error for Changed {}

impl Changed {
    /// Whether that is what an error says.
    pub(super) fn is(error: &io::Error) -> bool {
        matches!(error.get_ref().and_then(|inner| inner.downcast_ref()), Some(Self))
    }
}

/// Passes bytes on, and takes their fingerprint.
pub(super) struct Fingerprinting<R> {
    input: R,
    hash: Sha256,
    print: Fingerprint,
}

impl<R: Read> Fingerprinting<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, hash: Sha256::new(), print: Fingerprint::default() }
    }

    /// The fingerprint, of all that is still to come as well.
    ///
    /// # Errors
    /// The input's.
    pub(super) fn finish(mut self) -> io::Result<Fingerprint> {
        io::copy(&mut self, &mut io::sink())?;
        if self.in_block() > 0 || self.print.hashes.is_empty() {
            self.print.hashes.push(self.hash.finalize().into());
        }
        Ok(self.print)
    }

    /// How many bytes of the block there have been.
    fn in_block(&self) -> usize {
        // Less than a block.
        usize::try_from(self.print.bytes % BLOCK as u64).unwrap_or_default()
    }
}

impl<R: Read> Read for Fingerprinting<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(BLOCK - self.in_block());
        let count = self.input.read(into.get_mut(..most).unwrap_or_default())?;
        self.hash.update(into.get(..count).unwrap_or_default());
        self.print.bytes += count as u64;
        if count > 0 && self.in_block() == 0 {
            self.print.hashes.push(self.hash.clone().finalize().into());
        }
        Ok(count)
    }
}

/// Passes the bytes of a file on that has this fingerprint, and no others: the first block with another one ends it with
/// [`Changed`]. What was appended since is not looked at.
pub(super) struct Verified<R> {
    input: R,
    hash: Sha256,
    /// Of the blocks to come.
    hashes: std::vec::IntoIter<Hash>,
    /// Bytes of those blocks.
    left: u64,
    block: Vec<u8>,
    /// How much of the block has been passed on.
    place: usize,
}

impl<R: Read> Verified<R> {
    pub(super) fn new(input: R, print: Fingerprint) -> Self {
        let (left, hashes) = (print.bytes, print.hashes.into_iter());
        Self { input, hash: Sha256::new(), hashes, left, block: Vec::new(), place: 0 }
    }

    /// Reads the next block. One that is not the same is not kept.
    fn next_block(&mut self) -> io::Result<()> {
        let changed = || io::Error::new(ErrorKind::InvalidData, Changed);
        let mut block = std::mem::take(&mut self.block);
        self.place = 0;
        let length = usize::try_from(self.left).unwrap_or(BLOCK).min(BLOCK);
        block.resize(length, 0);
        self.input
            .read_exact(&mut block)
            .map_err(|error| if error.kind() == ErrorKind::UnexpectedEof { changed() } else { error })?;
        self.hash.update(&block);
        if self.hashes.next() != Some(self.hash.clone().finalize().into()) {
            return Err(changed());
        }
        self.left -= length as u64;
        self.block = block;
        Ok(())
    }
}

impl<R: Read> Read for Verified<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.place == self.block.len() && self.left > 0 {
            self.next_block()?;
        }
        let mut rest = self.block.get(self.place..).unwrap_or_default();
        let count = rest.read(into)?;
        self.place += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Changed, Fingerprint, Fingerprinting, Verified};
    use fastrand::Rng;
    use sha2::{Digest as _, Sha256};
    use std::io::{self, Read};

    fn print(mut bytes: &[u8]) -> Fingerprint {
        Fingerprinting::new(&mut bytes).finish().unwrap()
    }

    /// What is read of these bytes by somebody who holds them against the fingerprint, and how that ends.
    fn read(bytes: &[u8], print: &Fingerprint) -> (Vec<u8>, io::Result<usize>) {
        let mut all = Vec::new();
        let ended = Verified::new(bytes, print.clone()).read_to_end(&mut all);
        (all, ended)
    }

    fn is_changed(ended: io::Result<usize>) -> bool {
        Changed::is(&ended.unwrap_err())
    }

    fn content(length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        Rng::with_seed(7).fill(&mut bytes);
        bytes
    }

    const LENGTHS: [usize; 7] = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 7];

    #[test]
    fn the_last_hash_is_that_of_the_whole_however_it_is_read() {
        for length in LENGTHS {
            let bytes = content(length);
            let whole = print(&bytes);
            assert_eq!(whole.bytes(), length as u64);
            assert_eq!(whole.sha256(), super::encode_string(&Sha256::digest(&bytes)));
            assert_eq!(whole.hashes.len(), length.div_ceil(BLOCK).max(1));
            let mut piecewise = Fingerprinting::new(bytes.as_slice());
            let mut buffer = vec![0; 100_003];
            while piecewise.read(&mut buffer).unwrap() > 0 {}
            assert_eq!(piecewise.finish().unwrap(), whole);
            let half = length / 2;
            let mut begun = Fingerprinting::new(bytes.as_slice());
            begun.read_exact(&mut vec![0; half]).unwrap();
            assert_eq!(begun.finish().unwrap(), whole);
        }
    }

    #[test]
    fn the_same_bytes_are_passed_on_and_what_was_appended_is_not() {
        for length in LENGTHS {
            let bytes = content(length);
            let whole = print(&bytes);
            for more in [&b""[..], b"x"] {
                let (all, ended) = read(&[&bytes, more].concat(), &whole);
                assert!(all == bytes && ended.is_ok_and(|count| count == length), "{length}");
            }
        }
    }

    #[test]
    fn no_byte_of_a_changed_block_is_passed_on() {
        let bytes = content(3 * BLOCK + 7);
        let whole = print(&bytes);
        for place in [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK + 5, 3 * BLOCK, 3 * BLOCK + 6] {
            let before = place / BLOCK * BLOCK;
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            for bytes in [&changed[..], &bytes[..place]] {
                let (all, ended) = read(bytes, &whole);
                assert!(all == changed[..before] && is_changed(ended), "{place}");
            }
        }
    }

    #[test]
    fn after_a_change_nothing_is_passed_on_any_more() {
        let bytes = content(3 * BLOCK);
        let mut changed = bytes.clone();
        changed[0] ^= 1;
        let mut verified = Verified::new(changed.as_slice(), print(&bytes));
        for _ in 0..3 {
            assert!(is_changed(verified.read(&mut [0; 10])));
        }
    }
}
