import CClef

/// The version of the library that is loaded: `0.1.0`.
public var libraryVersion: String {
    String(cString: clef_version_string())
}

/// The same as a number that grows: major × 1,000,000 + minor × 1,000 + patch.
public var libraryVersionNumber: Int {
    Int(clef_version_number())
}
