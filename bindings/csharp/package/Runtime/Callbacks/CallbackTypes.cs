using System;
using System.Runtime.InteropServices;

namespace Clef.Callbacks
{
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void SendCallback(IntPtr userData, IntPtr exchange);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void FreeCallback(IntPtr userData);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status ListenerCallback(IntPtr userData, TokenEvent kind, IntPtr token, IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void StoreCallback(IntPtr userData, IntPtr task);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void LoginCallback(IntPtr userData, IntPtr attempt);
}
