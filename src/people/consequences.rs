//! What follows for one person from a change by hand. It is the work of rooms below, so the roof hands it in.

use crate::act::Act;
use crate::problem::Result;

type Verb = dyn Fn(&mut Act, i64) -> Result<()> + Send + Sync;

pub struct Consequences(Box<Verb>);

impl Consequences {
    pub fn new(verb: impl Fn(&mut Act, i64) -> Result<()> + Send + Sync + 'static) -> Consequences {
        Consequences(Box::new(verb))
    }

    /// Draws them in the act that made the change, so that no page shows the one without the other.
    pub fn follow(&self, act: &mut Act, person: i64) -> Result<()> {
        (self.0)(act, person)
    }
}
