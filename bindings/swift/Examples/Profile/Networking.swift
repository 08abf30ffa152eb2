// URLSession has a module of its own on Linux.
#if canImport(FoundationNetworking)
    @_exported import FoundationNetworking
#endif
