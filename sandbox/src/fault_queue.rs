//! The faults that are still to happen.

use crate::fault::{Fault, FaultKind};

/// The faults that are still to happen, in the order they were asked for.
#[derive(Debug, Default)]
pub struct FaultQueue {
    faults: Vec<Fault>,
}

/// What happens to one request.
#[derive(Debug)]
pub struct Happening {
    pub kind: FaultKind,
    pub delay_ms: u64,
}

impl FaultQueue {
    pub fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// The first fault for this path, counted down.
    pub fn take(&mut self, path: &str) -> Option<Happening> {
        let index = self.faults.iter().position(|fault| fault.path == path)?;
        let fault = &mut self.faults[index];
        let happening = Happening {
            kind: fault.kind.clone(),
            delay_ms: fault.delay_ms,
        };
        match fault.times {
            0 => {}
            1 => {
                self.faults.remove(index);
            }
            _ => fault.times -= 1,
        }
        Some(happening)
    }

    pub fn pending(&self) -> &[Fault] {
        &self.faults
    }

    pub fn clear(&mut self) {
        self.faults.clear();
    }
}
