using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace Conformance
{
    /// <summary>The runner for C#: plays the scenarios of a file through the binding. README.md one folder above says
    /// how.</summary>
    internal static class Program
    {
        private const uint AllByOwner = 0x1C0;

        [DllImport("libc", SetLastError = true)]
        private static extern int mkdir(string path, uint mode);

        private static int Main(string[] arguments)
        {
            if (arguments.Length == 3 && arguments[0] == "bench")
            {
                Benchmark.Run(arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture));
                return 0;
            }
            if (arguments.Length < 3)
            {
                Console.Error.WriteLine("usage: SCENARIOS SANDBOX DIRECTORY [NAME [ARGUMENT=VALUE ...]]");
                return 2;
            }
            string scenarios = arguments[0], directory = arguments[2];
            var sandbox = new SandboxClient(arguments[1]);
            List<Section> sections = Section.ReadAll(scenarios);
            string name = arguments.ElementAtOrDefault(3);
            Section fragment = sections.FirstOrDefault(section => section.IsFragment && section.Name == name);
            if (fragment != null)
            {
                var play = new Play(scenarios, sandbox, directory);
                foreach (string argument in arguments.Skip(4))
                {
                    int equals = argument.IndexOf('=');
                    play.Bind(argument.Substring(0, equals), argument.Substring(equals + 1));
                }
                return Report(fragment, play.Run(fragment)) ? 0 : 1;
            }
            List<Section> chosen = sections
                .Where(section => !section.IsFragment && (name == null || section.Name == name)).ToList();
            if (chosen.Count == 0)
            {
                Console.WriteLine($"FAILED {name}: line 0: there is no such scenario");
                return 1;
            }
            return chosen.Count(section => !Run(section, scenarios, sandbox, directory)) == 0 ? 0 : 1;
        }

        private static bool Run(Section section, string scenarios, SandboxClient sandbox, string directory)
        {
            sandbox.Post("/sandbox/reset", "{}");
            string folder = Path.Combine(directory, section.Name);
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, true);
            }
            if (mkdir(folder, AllByOwner) != 0)
            {
                return Report(section, $"line 0: {folder} cannot be made");
            }
            return Report(section, new Play(scenarios, sandbox, folder).Run(section));
        }

        private static bool Report(Section section, string failure)
        {
            if (failure != null)
            {
                Console.WriteLine($"FAILED {section.Name}: {failure}");
            }
            else if (!section.IsFragment)
            {
                Console.WriteLine($"ok {section.Name}");
            }
            Console.Out.Flush();
            return failure == null;
        }
    }
}
