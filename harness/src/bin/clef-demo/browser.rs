//! Opens the login in the real browser.

use std::io;

/// Opens this URL with what the desktop has for that.
pub fn open(url: &str) -> io::Result<()> {
    // The error of `open` has the whole URL in it, and its state.
    open::that_detached(url).map_err(|_| {
        io::Error::other("no browser could be started; without --browser the demo needs none")
    })?;
    println!("   (your browser shows the sandbox's page: please agree there)");
    Ok(())
}
