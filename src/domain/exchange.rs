//! How two sites find out in one question whether they know the same positions.

use aws_lc_rs::digest::{SHA256, digest as hash};
use data_encoding::HEXLOWER;

use super::uri::Uri;

/// The digest of a set of positions: the XOR of the hashes of its members, so that their order
/// makes no difference and equal sets have equal digests (`FEDERATION.md`, "Between servers of our kind").
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetDigest([u8; 32]);

impl SetDigest {
    /// Of these members: address and digest of the current revision.
    pub fn of<'a>(members: impl IntoIterator<Item = (&'a Uri, &'a str)>) -> Self {
        let mut set = Self::default();
        for (uri, digest) in members {
            let member = hash(&SHA256, format!("{uri}\n{digest}").as_bytes());
            for (byte, other) in set.0.iter_mut().zip(member.as_ref()) {
                *byte ^= other;
            }
        }
        set
    }

    /// In hexadecimal, as the wire has it.
    pub fn to_hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_makes_no_difference_and_every_member_does() {
        let a = Uri::ours("https://a.example", "/q/x/position");
        let b = Uri::ours("https://b.example", "/q/x/position");
        let both = SetDigest::of([(&a, "sha256-1"), (&b, "sha256-2")]);
        assert_eq!(both, SetDigest::of([(&b, "sha256-2"), (&a, "sha256-1")]));
        assert_ne!(both, SetDigest::of([(&a, "sha256-1"), (&b, "sha256-3")]));
        assert_ne!(both, SetDigest::of([(&a, "sha256-1")]));
        assert_eq!(SetDigest::of([]).to_hex(), "0".repeat(64));
    }
}
