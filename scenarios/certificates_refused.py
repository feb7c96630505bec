"""The API presents one invalid certificate after another; a good integration refuses each and never uses plain HTTP."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("server.https",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.ServeApiOverTls(),
        steps.ShowCertificate(faults.ExpiredCertificate()),
        steps.ShowCertificate(faults.FutureCertificate()),
        steps.ShowCertificate(faults.WrongHost()),
        steps.ShowCertificate(faults.SelfSigned()),
        steps.ShowCertificate(faults.UnknownAuthority()),
        steps.ShowCertificate(faults.MissingIntermediate()),
    ),
    probes=(probes.RefusesBadCertificates(),),
)
