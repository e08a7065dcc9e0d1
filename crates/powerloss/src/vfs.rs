//! What SQLite calls: its table of functions over [`crate::disk`], and nothing else.
//!
//! Invariant: no function panics, and each looks at nothing but what SQLite gave it.

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    sync::Once,
};

use rusqlite::ffi;

use crate::disk::{Handle, Refused, disk_of};

/// What SQLite holds of a file: its table first, then ours.
#[repr(C)]
struct Held {
    file: ffi::sqlite3_file,
    handle: *mut Handle,
}

const METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(map),
    xShmLock: Some(lock_shared),
    xShmBarrier: Some(barrier),
    xShmUnmap: Some(unmap),
    xFetch: None,
    xUnfetch: None,
};
static TABLE: ffi::sqlite3_io_methods = METHODS;

/// Makes it the disk of every connection that this process opens from now on.
///
/// # Panics
/// When SQLite has no disk of its own, or does not take this one.
pub fn install() {
    static ONCE: Once = Once::new();
    // SAFETY: SQLite gives its own default table, which lives as long as the process, and keeps the copy that is leaked here.
    ONCE.call_once(|| unsafe {
        let usual = ffi::sqlite3_vfs_find(std::ptr::null());
        assert!(!usual.is_null(), "SQLite has no disk");
        let own = Box::leak(Box::new(*usual));
        own.iVersion = 1;
        own.szOsFile = c_int::try_from(size_of::<Held>()).unwrap_or(c_int::MAX);
        own.pNext = std::ptr::null_mut();
        own.zName = c"powerloss".as_ptr();
        own.xOpen = Some(open);
        own.xDelete = Some(delete);
        own.xAccess = Some(access);
        own.xFullPathname = Some(full_name);
        assert_eq!(ffi::sqlite3_vfs_register(own, 1), ffi::SQLITE_OK);
    });
}

/// # Safety
/// The name is null or ends with a zero.
unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    // SAFETY: as above.
    if name.is_null() { None } else { unsafe { CStr::from_ptr(name) }.to_str().ok() }
}

/// # Safety
/// The file was opened here.
unsafe fn held<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Handle {
    // SAFETY: SQLite gives back what `open` filled, one call at a time for each file.
    unsafe { &mut *(*file.cast::<Held>()).handle }
}

fn code(outcome: Result<(), Refused>, otherwise: c_int) -> c_int {
    if outcome.is_ok() { ffi::SQLITE_OK } else { otherwise }
}

fn busy(outcome: Result<bool, Refused>) -> c_int {
    match outcome {
        Ok(true) => ffi::SQLITE_OK,
        Ok(false) => ffi::SQLITE_BUSY,
        Err(Refused) => ffi::SQLITE_IOERR_LOCK,
    }
}

fn place(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

fn number(number: c_int) -> usize {
    usize::try_from(number).unwrap_or_default()
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    told: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a name or none, room for `Held`, and a place for flags or none.
    unsafe {
        (*file).pMethods = std::ptr::null();
        let log = flags & (ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL) != 0;
        let make = flags & ffi::SQLITE_OPEN_CREATE != 0;
        let Ok(handle) = Handle::open(text(name), make, log) else { return ffi::SQLITE_CANTOPEN };
        (*file.cast::<Held>()).handle = Box::into_raw(Box::new(handle));
        (*file).pMethods = &raw const TABLE;
        if !told.is_null() {
            *told = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, folder: c_int) -> c_int {
    // SAFETY: SQLite gives a name.
    let Some(name) = (unsafe { text(name) }) else { return ffi::SQLITE_IOERR_DELETE };
    let disk = disk_of(name);
    let Ok(mut state) = disk.lock() else { return ffi::SQLITE_IOERR_DELETE };
    if !state.exists(name) {
        return ffi::SQLITE_IOERR_DELETE_NOENT;
    }
    code(state.remove(name, folder != 0), ffi::SQLITE_IOERR_DELETE)
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _: c_int,
    there: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a name and a place for the answer.
    unsafe {
        let Some(name) = text(name) else { return ffi::SQLITE_IOERR_ACCESS };
        let disk = disk_of(name);
        *there = c_int::from(disk.lock().is_ok_and(|state| state.exists(name)));
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_name(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    into: *mut c_char,
) -> c_int {
    // SAFETY: SQLite gives a name and room for `room` bytes.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > number(room) {
            return ffi::SQLITE_CANTOPEN;
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), into, bytes.len());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: it was boxed in `open`, and SQLite closes a file once.
    unsafe { Box::from_raw((*file.cast::<Held>()).handle) }.close();
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, count: c_int, at: i64) -> c_int {
    // SAFETY: SQLite gives room for `count` bytes.
    let into = unsafe { std::slice::from_raw_parts_mut(into.cast::<u8>(), number(count)) };
    // SAFETY: it was opened here.
    match unsafe { held(file) }.read(place(at), into) {
        Ok(found) if found == into.len() => ffi::SQLITE_OK,
        Ok(found) => {
            into[found..].fill(0);
            ffi::SQLITE_IOERR_SHORT_READ
        }
        Err(Refused) => ffi::SQLITE_IOERR_READ,
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    count: c_int,
    at: i64,
) -> c_int {
    // SAFETY: SQLite gives `count` bytes of a file that was opened here.
    unsafe {
        let bytes = std::slice::from_raw_parts(from.cast::<u8>(), number(count));
        code(held(file).write(place(at), bytes), ffi::SQLITE_IOERR_WRITE)
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, to: i64) -> c_int {
    // SAFETY: it was opened here.
    code(unsafe { held(file) }.set_length(place(to)), ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: it was opened here.
    code(unsafe { held(file) }.sync(), ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn size(file: *mut ffi::sqlite3_file, told: *mut i64) -> c_int {
    // SAFETY: it was opened here, and there is a place for the answer.
    unsafe {
        match held(file).length() {
            Ok(length) => *told = i64::try_from(length).unwrap_or(i64::MAX),
            Err(Refused) => return ffi::SQLITE_IOERR_FSTAT,
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: it was opened here.
    busy(unsafe { held(file) }.lock(level))
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: it was opened here.
    code(unsafe { held(file) }.unlock(level), ffi::SQLITE_IOERR_UNLOCK)
}

unsafe extern "C" fn reserved(file: *mut ffi::sqlite3_file, told: *mut c_int) -> c_int {
    // SAFETY: it was opened here, and there is a place for the answer.
    unsafe { *told = c_int::from(held(file).reserved().unwrap_or_default()) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector(_: *mut ffi::sqlite3_file) -> c_int {
    4096
}

/// As SQLite takes it of a file on Unix: bytes beside those that are written stay.
unsafe extern "C" fn characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    bytes: c_int,
    make: c_int,
    told: *mut *mut c_void,
) -> c_int {
    // SAFETY: it was opened here, and there is a place for the address of a region that lives as long as the handle.
    unsafe {
        match held(file).map(number(region), number(bytes), make != 0) {
            Ok(address) => *told = address.cast(),
            Err(Refused) => return ffi::SQLITE_IOERR_SHMMAP,
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock_shared(
    file: *mut ffi::sqlite3_file,
    from: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: it was opened here.
    let handle = unsafe { held(file) };
    if flags & ffi::SQLITE_SHM_LOCK != 0 {
        busy(handle.lock_shared(number(from), number(count), flags & ffi::SQLITE_SHM_EXCLUSIVE != 0))
    } else {
        code(handle.unlock_shared(number(from), number(count)), ffi::SQLITE_IOERR_SHMLOCK)
    }
}

unsafe extern "C" fn barrier(_: *mut ffi::sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: it was opened here.
    code(unsafe { held(file) }.unmap(), ffi::SQLITE_OK)
}
