//! Files of a ZIP archive as gzip streams, at compile time.
//!
//! Both formats hold the same DEFLATE stream (RFC 1951): the bytes of an entry, between a header and a
//! trailer of gzip (RFC 1952), are a gzip stream. Its checksum and length are in the archive's directory.
//! So nothing is decompressed or compressed, and the program contains only the entries that it names.
//!
//! All of it is evaluated by the compiler. A panic is an error of compilation.

/// An entry of an archive.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// Position and length of its compressed bytes.
    start: usize,
    packed: usize,
    checksum: u32,
    length: u32,
}

/// A gzip stream without a name and a time, made on an unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

const TRAILER: usize = 8;

/// The records of an archive
/// ([APPNOTE.TXT, 4.3](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT)).
const END: u32 = 0x0605_4b50;
const IN_DIRECTORY: u32 = 0x0201_4b50;
const LOCAL: u32 = 0x0403_4b50;

/// Compression by DEFLATE.
const DEFLATED: u32 = 8;

impl Entry {
    /// Finds an entry by its path below the only folder at the top.
    pub(super) const fn find(archive: &[u8], path: &str) -> Self {
        let end = end(archive);
        let mut left = u16_at(archive, end + 10);
        let mut at = u32_at(archive, end + 16) as usize;
        while left > 0 {
            assert!(u32_at(archive, at) == IN_DIRECTORY, "not an entry");
            let name = u16_at(archive, at + 28) as usize;
            if is_named(slice(archive, at + 46, name), path.as_bytes()) {
                assert!(u16_at(archive, at + 10) == DEFLATED, "not deflated");
                let local = u32_at(archive, at + 42) as usize;
                assert!(u32_at(archive, local) == LOCAL, "not a local header");
                let skipped = u16_at(archive, local + 26) + u16_at(archive, local + 28);
                return Self {
                    start: local + 30 + skipped as usize,
                    packed: u32_at(archive, at + 20) as usize,
                    checksum: u32_at(archive, at + 16),
                    length: u32_at(archive, at + 24),
                };
            }
            let skipped = u16_at(archive, at + 30) + u16_at(archive, at + 32);
            at += 46 + name + skipped as usize;
            left -= 1;
        }
        panic!("the archive has no such file")
    }

    /// The checksum of its content.
    pub(super) const fn checksum(self) -> u32 {
        self.checksum
    }

    /// The length of its gzip stream.
    pub(super) const fn gzip_length(self) -> usize {
        HEADER.len() + self.packed + TRAILER
    }

    /// Its gzip stream. `N` is the length of it.
    pub(super) const fn gzip<const N: usize>(self, archive: &[u8]) -> [u8; N] {
        let mut stream = [0; N];
        let (header, rest) = stream.split_at_mut(HEADER.len());
        header.copy_from_slice(&HEADER);
        let (deflated, trailer) = rest.split_at_mut(self.packed);
        deflated.copy_from_slice(slice(archive, self.start, self.packed));
        let (checksum, length) = trailer.split_at_mut(TRAILER / 2);
        checksum.copy_from_slice(&self.checksum.to_le_bytes());
        length.copy_from_slice(&self.length.to_le_bytes());
        stream
    }
}

/// The position of the record at the end, which a comment may follow.
const fn end(archive: &[u8]) -> usize {
    let mut at = archive.len() - 22;
    while u32_at(archive, at) != END {
        at -= 1;
    }
    at
}

/// Whether a name is `FOLDER/path`.
const fn is_named(name: &[u8], path: &[u8]) -> bool {
    if name.len() <= path.len() {
        return false;
    }
    let (folder, rest) = name.split_at(name.len() - path.len());
    if !is_same(rest, path) {
        return false;
    }
    let mut at = 0;
    while at < folder.len() {
        if (folder[at] == b'/') != (at == folder.len() - 1) {
            return false;
        }
        at += 1;
    }
    true
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    one.len() == other.len()
}

const fn slice(bytes: &[u8], start: usize, length: usize) -> &[u8] {
    bytes.split_at(start).1.split_at(length).0
}

const fn u16_at(bytes: &[u8], at: usize) -> u32 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]]) as u32
}

const fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u16_at(bytes, at) | u16_at(bytes, at + 2) << 16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `hello` as a ZIP archive has it: a deflated entry `top/a/b`, after a stored one `top/b`.
    fn archive() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut directory = Vec::new();
        for (name, method, packed) in [
            ("top/b", 0_u16, &b"hello"[..]),
            ("top/a/b", 8, b"\xcb\x48\xcd\xc9\xc9\x07\x00"),
        ] {
            let at = u32::try_from(bytes.len()).unwrap();
            let length = u32::try_from(packed.len()).unwrap();
            let mut sizes = 0x3610_a686_u32.to_le_bytes().to_vec();
            sizes.extend(length.to_le_bytes());
            sizes.extend(5_u32.to_le_bytes());
            sizes.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
            bytes.extend(LOCAL.to_le_bytes());
            bytes.extend([20, 0, 0, 0]);
            bytes.extend(method.to_le_bytes());
            bytes.extend([0; 4]);
            bytes.extend(&sizes);
            // The extra fields of both places differ.
            bytes.extend([3, 0]);
            bytes.extend(name.as_bytes());
            bytes.extend([9; 3]);
            bytes.extend(packed);
            directory.extend(IN_DIRECTORY.to_le_bytes());
            directory.extend([20, 0, 20, 0, 0, 0]);
            directory.extend(method.to_le_bytes());
            directory.extend([0; 4]);
            directory.extend(&sizes);
            directory.extend([2, 0, 1, 0]);
            directory.extend([0; 8]);
            directory.extend(at.to_le_bytes());
            directory.extend(name.as_bytes());
            directory.extend([9; 3]);
        }
        let at = u32::try_from(bytes.len()).unwrap();
        bytes.extend(&directory);
        bytes.extend(END.to_le_bytes());
        bytes.extend([0, 0, 0, 0, 2, 0, 2, 0]);
        bytes.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
        bytes.extend(at.to_le_bytes());
        bytes.extend([4, 0]);
        bytes.extend(b"more");
        bytes
    }

    #[test]
    fn an_entry_is_a_gzip_stream() {
        let archive = archive();
        let entry = Entry::find(&archive, "a/b");
        assert_eq!(entry.gzip_length(), 25);
        // What `printf hello | gzip -n` writes, but for the system.
        let expected = [
            &HEADER[..],
            b"\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\0\0\0",
        ];
        assert_eq!(entry.gzip::<25>(&archive).to_vec(), expected.concat());
    }

    #[test]
    #[should_panic(expected = "not deflated")]
    fn a_stored_entry_is_an_error() {
        Entry::find(&archive(), "b");
    }

    #[test]
    #[should_panic(expected = "no such file")]
    fn a_missing_entry_is_an_error() {
        Entry::find(&archive(), "a");
    }
}
