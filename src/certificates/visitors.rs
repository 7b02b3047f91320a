//! How often one visitor may ask about certificates: nobody finds a number by trying. Kept in memory alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;

const A_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
const AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);
/// 10 a minute, after 20 at once.
const QUOTA: Quota = Quota::per_minute(A_MINUTE).allow_burst(AT_ONCE);
/// Above so many, those who have not asked for a while are forgotten.
const REMEMBERED: usize = 10_000;

pub struct Visitors {
    asked: RateLimiter<IpAddr, DashMapStateStore<IpAddr>, Ticks, NoOpMiddleware<Nanos>>,
}

impl Visitors {
    pub fn new(clock: Clock) -> Visitors {
        Visitors { asked: RateLimiter::new(QUOTA, DashMapStateStore::default(), Ticks(clock)) }
    }

    /// Whether this visitor may ask once more now. Visitors without an address count as one.
    pub fn may_ask(&self, address: Option<IpAddr>) -> bool {
        if self.asked.len() > REMEMBERED {
            self.asked.retain_recent();
        }
        self.asked.check_key(&household(address)).is_ok()
    }
}

/// Of an IPv6 address the first half counts: the other half is the visitor's own to choose.
fn household(address: Option<IpAddr>) -> IpAddr {
    match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V6(v6)) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        Some(v4) => v4,
        None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    }
}

/// The program's own clock, as the limiter reads one.
struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(Duration::from_millis(self.0.now().0.unsigned_abs()))
    }
}
