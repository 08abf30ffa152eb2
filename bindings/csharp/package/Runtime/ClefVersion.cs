using System;
using Clef.Native;

namespace Clef
{
    /// <summary>The version of the native library that is loaded.</summary>
    public static class ClefVersion
    {
        /// <summary>As text, <c>0.1.0</c>.</summary>
        public static string Text
        {
            get { return Utf8.Borrowed(NativeMethods.clef_version_string()); }
        }

        /// <summary>As something to compare.</summary>
        public static Version Number
        {
            get
            {
                var number = (int)NativeMethods.clef_version_number();
                return new Version(number / 1000000, number / 1000 % 1000, number % 1000);
            }
        }
    }
}
