using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;

namespace Conformance
{
    /// <summary>The runner as other processes, which play a fragment.</summary>
    internal static class Processes
    {
        private const string Given = "given ";

        internal static object Run(Step step)
        {
            string[] own = { "fragment", "processes" };
            string arguments = string.Join(" ", new[]
            {
                Assembly.GetEntryAssembly().Location, step.Play.Scenarios, step.Play.Sandbox.Url, step.Play.Directory,
                step.Text("fragment"),
            }.Concat(step.Arguments.Where(argument => !own.Contains(argument.Key))
                .Select(argument => $"{argument.Key}={argument.Value}")).Select(Quoted));
            List<Process> processes = Enumerable.Range(0, (int)step.Number("processes", 1)).Select(_ => Start(arguments))
                .ToList();
            string[] outputs = processes.Select(process => process.StandardOutput.ReadToEnd()).ToArray();
            processes.ForEach(process => process.WaitForExit());
            string failed = outputs.Where((output, index) => processes[index].ExitCode != 0).FirstOrDefault();
            if (failed != null)
            {
                throw new Failed($"another process fails: {failed.Trim()}");
            }
            string[] texts = outputs.Select(TextOf).Distinct().ToArray();
            return texts.Length == 1 ? texts[0] : throw new Failed("the processes give different texts");
        }

        private static Process Start(string arguments)
        {
            var start = new ProcessStartInfo("mono", arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardInput = true,
            };
            Process process = Process.Start(start);
            process.StandardInput.Close();
            return process;
        }

        private static string Quoted(string argument)
        {
            return '"' + argument.Replace("\\", "\\\\").Replace("\"", "\\\"") + '"';
        }

        private static string TextOf(string output)
        {
            return output.Split('\n').Where(line => line.StartsWith(Given, StringComparison.Ordinal))
                .Select(line => line.Substring(Given.Length)).LastOrDefault()
                ?? throw new Failed($"another process gives nothing: {output}");
        }
    }
}
