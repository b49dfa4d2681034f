"""Rows that wait on the local disk."""

from activities.profile_spill import DiskSpill


def test_segments_of_a_bucket_come_back_in_order_also_between_writes_and_those_of_no_bucket_not_at_all():
    with DiskSpill() as spill:
        for number in range(100):
            spill.add("customers", number % 3, b"%d" % number * 1_000)
            spill.add("skus", number % 2, b"sku %d" % number)
        assert [*spill.read("customers", 1)] == [b"%d" % number * 1_000 for number in range(1, 100, 3)]

        spill.add("customers", 1, b"later")

        assert [*spill.read("customers", 1)][-1] == b"later"
        assert [*spill.read("skus", 0)] == [b"sku %d" % number for number in range(0, 100, 2)]
        assert [*spill.read("skus", 7)] == [*spill.read("deviations", 0)] == []


def test_a_kind_that_is_forgotten_gives_its_disk_back_and_leaves_the_others():
    with DiskSpill() as spill:
        for kind in ("customers", "skus"):
            spill.add(kind, 0, b"kept " * 1_000)
        both = spill.largest

        spill.forget("customers")
        spill.add("deviations", 0, b"kept " * 1_000)

        assert [*spill.read("customers", 0)] == []
        assert [*spill.read("skus", 0)] == [*spill.read("deviations", 0)] == [b"kept " * 1_000]
        assert 0 < spill.largest == both < 1_000
