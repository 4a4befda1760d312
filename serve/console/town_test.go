package console_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"casebook/casefile"
	"casebook/repo"
)

// newTown is a scene as an operator may find it on a Tuesday: three customers, three months
// of cases, every status and every type of pattern, served, and reported on by mitigators.
func newTown(t testing.TB) *scene {
	t.Helper()
	s := newScene(t)
	s.customer(120*day, "acme", "Acme Corporation", "tm-01", "tm-02", "tm-03")
	s.customer(110*day, "globex", "Globex Kassensysteme GmbH & Co. KG, Niederlassung Süd-West", "tm-west")
	s.customer(30*day, "hospital-north", "مستشفى الشمال 🏥")
	for i := range 18 {
		s.longAgo(time.Duration(92-5*i)*day, fmt.Sprintf("ws-%03d", 3+7*i), casefile.Name(fmt.Sprintf("tm-%02d", 1+i%3)), i)
	}
	s.globex()
	answered, corrupted, smart := s.acme()
	s.serve()
	s.report(answered, "tm-01", casefile.EventDownloaded, "", "")
	s.report(answered, "tm-01", casefile.EventApplied, "db-primary", "Resolved threats: All threats resolved")
	s.report(answered, "tm-02", casefile.EventDownloaded, "", "")
	s.report(corrupted, "tm-02", casefile.EventDownloaded, "", "")
	s.report(corrupted, "tm-02", casefile.EventFailed, "fin-laptop-0042.branch.acme.example", "Unsuccessful: mitigation timeout")
	s.report(smart, "tm-03", casefile.EventDownloaded, "", "")
	return s
}

// longAgo is a case that went all the way, the i-th.
func (s *scene) longAgo(ago time.Duration, endpoint string, from casefile.Name, i int) {
	s.Helper()
	s.by = jane
	if i%3 == 1 {
		s.by = ola
	}
	c := s.receive(ago, "acme", endpoint, from)
	s.download(ago-2*time.Hour, c)
	s.identify(ago-5*time.Hour, c, fmt.Sprintf("1-102938%02d", 10+i))
	wait := time.Duration(8+i*3) * time.Hour
	kind := []casefile.Type{casefile.Bandage, casefile.Controlled}[i%2]
	p := s.upload(ago-wait, c, kind, fmt.Sprintf("lpt$vpn.%d", 100+i), fmt.Sprintf("6.%d.%02d", 100+i, 40+i), "for "+endpoint)
	s.resolve(ago-wait-20*time.Hour, c, p)
	s.close(ago-wait-22*time.Hour, c, "the custom pattern removed the threats from "+endpoint, p)
}

// acme has a case in every status; told are the entries that mitigators report on.
func (s *scene) acme() (answered, corrupted, smart *casefile.Pattern) {
	s.Helper()
	s.by = jane
	mail := s.receive(9*day, "acme", "srv-mail.acme.example", "tm-03")
	s.download(9*day-time.Hour, mail)
	s.identify(8*day, mail, "1-10293850")
	smart = s.specify(7*day, mail, casefile.SmartScanAgent, "15.001.00", "for all endpoints of the branch offices")

	db := s.receive(4*day, "acme", "db-primary", "tm-01")
	s.download(4*day-3*time.Hour, db)
	s.identify(3*day, db, "1-10293861")
	wrong := s.upload(3*day-2*time.Hour, db, casefile.Bandage, "lpt$vpn.122", "6.122.91", "for db-primary")
	s.withdraw(3*day-4*time.Hour, db, wrong, "made for another build of the same threat")
	answered = s.upload(2*day, db, casefile.Bandage, "lpt$vpn.123", "6.123.45", "for db-primary")

	laptop := s.receive(2*day, "acme", "fin-laptop-0042.branch.acme.example", "tm-02")
	s.download(2*day-time.Hour, laptop)
	s.identify(2*day-6*time.Hour, laptop, "1-10293866")
	corrupted = s.upload(day, laptop, casefile.Controlled, "lpt$vpn.124", "6.124.02", "for the laptops of Finance")

	packed := s.receive(30*time.Hour, "acme", "build-07", "tm-01")
	s.download(29*time.Hour, packed)
	s.none(4*time.Hour, packed, "no threat was detected in the forensic data: the licence manager of the build machines packs itself in an unusual way, and the vendor has known it for years")

	s.download(20*time.Hour, s.receive(22*time.Hour, "acme", "ws-211", "tm-02"))
	told := s.receive(7*time.Hour, "acme", "ws-022", "tm-01")
	s.step(7*time.Hour-time.Minute, told, "notify", func(tx *repo.Tx) error { return told.Notify(tx.Now()) })
	s.receive(46*time.Minute, "acme", "ws-017", "tm-01")
	return answered, corrupted, smart
}

func (s *scene) globex() {
	s.Helper()
	s.by = ola
	till := s.receive(21*day, "globex", "Kasse 3 (Süd)", "tm-west")
	s.download(20*day, till)
	s.identify(19*day, till, "1-20070001")
	s.specify(18*day, till, casefile.SmartScan, "15.001.00", "Smart Scan Pattern, for the tills")
	alarm := s.receive(16*day, "globex", "laptop-9", "tm-west")
	p := s.none(15*day, alarm, "false alarm")
	s.resolve(15*day-time.Hour, alarm, p)
	s.close(15*day-2*time.Hour, alarm, "the case is a false alarm", p)
}

// spoil commits a file that cannot be published, as an editor and git would.
func (s *scene) spoil() {
	s.Helper()
	need(s, "git")
	file := filepath.Join(s.dir, "customers", "acme", "customer.yaml")
	if err := os.WriteFile(file, []byte("company: Acme\ncontact: somebody\n"), 0o644); err != nil {
		s.Fatal(err)
	}
	out, err := exec.Command("git", "-C", s.dir, "-c", "user.name=Ola", "-c", "user.email=ola@acme.example", "commit", "-qam", "Shorten the name").CombinedOutput()
	if err != nil {
		s.Fatalf("%v\n%s", err, out)
	}
}
