//! What the SQLite library itself is told, once, before its first connection: what no pragma can say.

use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::Once;

use libsqlite3_sys as ffi;

static TOLD: Once = Once::new();

/// Every connection keeps its plans. Otherwise SQLite prepares a statement anew each time that another value is bound where
/// its planner looked, and it looks at every LIMIT, so at every `first`: a third of an act's CPU. What is said here makes
/// things faster and nothing else: if SQLite will not hear it, all works as before.
pub fn tell_once() {
    TOLD.call_once(tell);
}

fn tell() {
    // SAFETY: nothing of SQLite runs yet. Connections are never used by two threads at once, so they need no locks of their
    // own; nobody asks how much memory SQLite holds, so it need not count under a lock.
    unsafe {
        ffi::sqlite3_config(ffi::SQLITE_CONFIG_MULTITHREAD);
        ffi::sqlite3_config(ffi::SQLITE_CONFIG_MEMSTATUS, 0 as c_int);
        ffi::sqlite3_auto_extension(Some(keep_plans));
    }
}

/// SQLite calls it for each new connection.
unsafe extern "C" fn keep_plans(
    conn: *mut ffi::sqlite3,
    _: *mut *mut c_char,
    _: *const ffi::sqlite3_api_routines,
) -> c_int {
    // SAFETY: the connection is SQLite's own, just made; the call takes two ints' places, of which it may leave one out.
    unsafe { ffi::sqlite3_db_config(conn, ffi::SQLITE_DBCONFIG_ENABLE_QPSG, 1 as c_int, ptr::null_mut::<c_int>()) }
}
