"""Properties may take their time: on a busy machine any example may take long."""

import hypothesis

hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy")
