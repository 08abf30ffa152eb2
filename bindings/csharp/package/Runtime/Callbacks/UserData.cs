using System;
using System.Runtime.InteropServices;
using AOT;

namespace Clef.Callbacks
{
    /// <summary>An object of ours that clef keeps for a callback, until it frees it.</summary>
    internal static class UserData
    {
        /// <summary>What clef calls once when it has no use for it any more.</summary>
        internal static readonly FreeCallback Free = FreeHandle;

        internal static IntPtr Keep(object target)
        {
            return GCHandle.ToIntPtr(GCHandle.Alloc(target));
        }

        internal static T Of<T>(IntPtr userData) where T : class
        {
            return (T)GCHandle.FromIntPtr(userData).Target;
        }

        [MonoPInvokeCallback(typeof(FreeCallback))]
        private static void FreeHandle(IntPtr userData)
        {
            GCHandle.FromIntPtr(userData).Free();
        }
    }
}
