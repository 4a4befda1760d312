// Package deploy_test holds the files beside it against the program and against the tools they are for.
package deploy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"casebook/cmd"
)

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// isServe checks that the program takes a command line, up to the casebook, which is not
// there.
func isServe(t *testing.T, args []string) {
	t.Helper()
	args = slices.Clone(args)
	i := slices.Index(args, "-C")
	if i < 0 || !slices.Contains(args, "serve") {
		t.Fatalf("%q is no casebook -C DIR serve", args)
	}
	args[i+1] = filepath.Join(t.TempDir(), "nothing")
	var said bytes.Buffer
	code := cmd.Run(t.Context(), args, cmd.Env{Stdin: strings.NewReader(""), Stdout: &said, Stderr: &said, Getenv: func(string) string { return "" }, Now: time.Now})
	if code != 1 {
		t.Errorf("casebook %s ends with %d:\n%s", strings.Join(args, " "), code, said.String())
	}
}

// drain is how long a command line lets answers end.
func drain(t *testing.T, args []string) time.Duration {
	t.Helper()
	m := regexp.MustCompile(`--drain[= ](\S+)`).FindStringSubmatch(strings.Join(args, " "))
	if m == nil {
		t.Fatalf("no --drain in %q", args)
	}
	d, err := time.ParseDuration(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func settings(t *testing.T, unit string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for line := range strings.Lines(unit) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "[") {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			t.Errorf("%q is no setting", line)
		}
		found[key] = value
	}
	return found
}

func TestTheUnitStartsWhatThereIs(t *testing.T) {
	set := settings(t, read(t, "casebook.service"))
	args := strings.Fields(set["ExecStart"])
	isServe(t, args[1:])
	var stop int
	if _, err := fmt.Sscan(set["TimeoutStopSec"], &stop); err != nil || time.Duration(stop)*time.Second <= drain(t, args) {
		t.Errorf("TimeoutStopSec=%s cuts a drain of %v", set["TimeoutStopSec"], drain(t, args))
	}
	if set["Type"] != "notify" || set["WatchdogSec"] == "" {
		t.Error("the unit does not wait for readiness, or has no watchdog")
	}
}

func TestSystemdTakesTheUnit(t *testing.T) {
	need(t, "systemd-analyze")
	program := filepath.Join(t.TempDir(), "casebook") // verify wants it to be there
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(t.TempDir(), "casebook.service")
	text := strings.ReplaceAll(read(t, "casebook.service"), "/usr/local/bin/casebook", program)
	if err := os.WriteFile(unit, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("systemd-analyze", "verify", "--man=no", unit).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "casebook.service:") {
			t.Error(strings.TrimSpace(line))
		}
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = exec.Command("systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=15", unit).CombinedOutput()
	if err != nil {
		t.Errorf("exposed more than 1.5 of 10: %v\n%s", err, out)
	}
}

func TestTheImageHoldsTheProgramOnly(t *testing.T) {
	file := read(t, "Containerfile")
	from := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(file, -1)
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "../../go.mod"))
	if len(from) != 2 || from[1][1] != "scratch" || from[0][1] != "docker.io/library/golang:"+version[1] {
		t.Errorf("built from %v, with go %s", from, version[1])
	}
	m := regexp.MustCompile(`(?m)^CMD (.*)$`).FindStringSubmatch(file)
	var args []string
	if m == nil || json.Unmarshal([]byte(m[1]), &args) != nil {
		t.Fatalf("no CMD in the form of JSON: %q", m)
	}
	isServe(t, args)
}

// pod is what of a manifest is looked at.
type pod struct {
	Kind string `yaml:"kind"`
	Data map[string]string
	Spec struct {
		Replicas int
		Template struct {
			Spec struct {
				TerminationGracePeriodSeconds int    `yaml:"terminationGracePeriodSeconds"`
				InitContainers                []runs `yaml:"initContainers"`
				Containers                    []runs
				Volumes                       []named
			}
		}
		VolumeClaimTemplates []struct{ Metadata named } `yaml:"volumeClaimTemplates"`
	}
}

type named struct{ Name string }

type runs struct {
	named           `yaml:",inline"`
	Args            []string
	Ports           []named
	LivenessProbe   map[string]any `yaml:"livenessProbe"`
	ReadinessProbe  map[string]any `yaml:"readinessProbe"`
	SecurityContext map[string]any `yaml:"securityContext"`
	VolumeMounts    []named        `yaml:"volumeMounts"`
}

func TestTheManifestFitsTogether(t *testing.T) {
	kinds := map[string]pod{}
	for text := range strings.SplitSeq(read(t, "kubernetes.yaml"), "\n---\n") {
		var p pod
		if err := yaml.Unmarshal([]byte(text), &p); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		kinds[p.Kind] = p
	}
	set := kinds["StatefulSet"].Spec
	spec := set.Template.Spec
	volumes := spec.Volumes
	for _, claim := range set.VolumeClaimTemplates {
		volumes = append(volumes, claim.Metadata)
	}
	if set.Replicas != 1 || len(spec.Containers) != 2 {
		t.Fatalf("%d replicas of %d containers", set.Replicas, len(spec.Containers))
	}
	for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
		for _, m := range c.VolumeMounts {
			if !slices.Contains(volumes, m) {
				t.Errorf("%s mounts %s, which is no volume", c.Name, m.Name)
			}
		}
		if c.SecurityContext["readOnlyRootFilesystem"] != true || c.SecurityContext["allowPrivilegeEscalation"] != false {
			t.Errorf("%s is not confined: %v", c.Name, c.SecurityContext)
		}
	}
	server, probes := spec.Containers[0], spec.Containers[1]
	isServe(t, server.Args)
	if grace := time.Duration(spec.TerminationGracePeriodSeconds) * time.Second; grace <= drain(t, server.Args) {
		t.Errorf("%v cut a drain of %v", grace, drain(t, server.Args))
	}
	if fmt.Sprint(server.LivenessProbe["tcpSocket"]) != "map[port:mitigators]" || fmt.Sprint(probes.ReadinessProbe["httpGet"]) != "map[path:/readyz port:probes]" {
		t.Errorf("probes %v and %v", server.LivenessProbe, probes.ReadinessProbe)
	}
	described := read(t, "../../serve/openapi.yaml")
	let := regexp.MustCompile(`location = (\S+)`).FindAllStringSubmatch(kinds["ConfigMap"].Data["nginx.conf"], -1)
	for _, m := range let {
		if !strings.Contains(described, "\n  "+m[1]+":\n") {
			t.Errorf("%s leaves the pod, and is no route of the console", m[1])
		}
	}
	if len(let) != 3 {
		t.Errorf("%d routes leave the pod", len(let))
	}
}

func need(t testing.TB, program string) {
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("CASEBOOK_REQUIRE") == "all" {
		t.Fatalf("%s is not installed", program)
	}
	t.Skipf("%s is not installed", program)
}
