//! What Windows has and safe crates do not reach: for the core, and no part of the header.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::windows::io::AsRawSocket;

use socket2::{Domain, Socket, Type};
use windows_sys::Win32::Networking::WinSock::{
    SO_EXCLUSIVEADDRUSE, SOCKET, SOL_SOCKET, setsockopt,
};
#[cfg(feature = "http")]
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
};

/// As the standard library has it.
const BACKLOG: i32 = 128;

/// Listens without waiting, where no other program can take the port over: Windows allows that for those who say
/// `SO_REUSEADDR`, unless the first has said that it wants the port for itself.
pub(crate) fn listen_alone(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    let on = 1_i32;
    // SAFETY: the socket is open, and the value is read from a variable of this size.
    let failed = unsafe {
        setsockopt(
            socket.as_raw_socket() as SOCKET,
            SOL_SOCKET,
            SO_EXCLUSIVEADDRUSE,
            (&raw const on).cast(),
            size_of_val(&on) as i32,
        )
    };
    if failed != 0 {
        return Err(io::Error::last_os_error());
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Keeps the library, or what it is linked into, in memory until the process ends.
#[cfg(feature = "http")]
pub(crate) fn stay_loaded() {
    let inside = stay_loaded as fn();
    let mut module = std::ptr::null_mut();
    // SAFETY: with these flags the name is an address in the module, as that of this function is; the handle goes to a
    // variable. It fails for an address outside of all modules alone.
    unsafe {
        GetModuleHandleExW(
            GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
            inside as *const u16,
            &mut module,
        );
    }
}
