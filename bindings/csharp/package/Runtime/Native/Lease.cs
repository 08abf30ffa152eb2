using System;
using System.Runtime.InteropServices;

namespace Clef.Native
{
    /// <summary>
    /// Keeps a handle from being freed while what was borrowed from it is read, whoever disposes of it meanwhile.
    /// </summary>
    internal struct Lease : IDisposable
    {
        private readonly SafeHandle handle;
        private readonly bool isHeld;

        internal Lease(SafeHandle handle)
        {
            this.handle = handle;
            isHeld = false;
            handle.DangerousAddRef(ref isHeld);
        }

        internal IntPtr Pointer
        {
            get { return handle.DangerousGetHandle(); }
        }

        public void Dispose()
        {
            if (isHeld)
            {
                handle.DangerousRelease();
            }
        }
    }
}
