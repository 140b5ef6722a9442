//! Notes, and where they are kept: the same before and after.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A note as clients send it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct NewNote {
    /// What it says.
    pub text: String,
    /// What it is about.
    #[serde(default)]
    pub tag: Option<String>,
}

/// A note that is kept.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Note {
    /// Its number, from 1.
    pub id: usize,
    /// What it says.
    pub text: String,
    /// What it is about.
    pub tag: Option<String>,
}

/// All notes, in memory.
#[derive(Clone, Debug, Default)]
pub struct Store(Arc<Mutex<Vec<Note>>>);

impl Store {
    fn notes(&self) -> MutexGuard<'_, Vec<Note>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a note.
    pub fn add(&self, new: NewNote) -> Note {
        let mut notes = self.notes();
        let note = Note {
            id: notes.len() + 1,
            text: new.text,
            tag: new.tag,
        };
        notes.push(note.clone());
        note
    }

    /// The note of this number.
    #[must_use]
    pub fn get(&self, id: usize) -> Option<Note> {
        self.notes().iter().find(|note| note.id == id).cloned()
    }

    /// The notes with this tag; all of them without one.
    #[must_use]
    pub fn list(&self, tag: Option<&str>) -> Vec<Note> {
        let notes = self.notes();
        let matching = notes
            .iter()
            .filter(|note| tag.is_none() || note.tag.as_deref() == tag);
        matching.cloned().collect()
    }

    /// Forgets all notes.
    pub fn clear(&self) {
        self.notes().clear();
    }
}
