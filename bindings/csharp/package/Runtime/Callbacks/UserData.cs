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

        /// <summary>
        /// Hands an object to clef by a call, which frees it too where it fails. Where there is no call, since one of
        /// its handles is disposed of, it is freed here.
        /// </summary>
        internal static Status Hand(object target, Func<IntPtr, Status> call)
        {
            IntPtr userData = GCHandle.ToIntPtr(GCHandle.Alloc(target));
            try
            {
                return call(userData);
            }
            catch
            {
                FreeHandle(userData);
                throw;
            }
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
