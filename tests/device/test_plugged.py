"""What can be taken out of this machine is listed, as a kernel's files tell it; these are written out here."""

from pathlib import Path

import pytest

from jebi.device.plugged import LONGEST_NAME, Plugged, plugged


class Kernel:
    """The folders in which a kernel shows its disks."""

    def __init__(self, folder: Path) -> None:
        self.system, self.devices = folder / "block", folder / "dev"
        self.mounts = folder / "mountinfo"
        self.bus = folder / "devices"
        for one in (self.system, self.devices, self.bus):
            one.mkdir()
        self.mounts.write_text("")

    def disk(
        self, name: str, *, size: int, removable: str = "0", bus: str = "pci", model: str = "", can: bool = True
    ) -> Path:
        disk = self.bus / bus / name
        (disk / "device").mkdir(parents=True)
        (disk / "size").write_text(f"{size}\n")
        (disk / "removable").write_text(f"{removable}\n")
        (disk / "device" / "model").write_text(model)
        (self.system / name).symlink_to(disk)
        if can:
            (self.devices / name).touch()
        return disk

    def look(self) -> list[Plugged]:
        return plugged(system=self.system, mounts=self.mounts, devices=self.devices)


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


@pytest.mark.parametrize(
    ("name", "removable", "bus"),
    [("sdb", "1", "pci"), ("sdc", "0", "pci/usb2/2-1"), ("mmcblk0", "0", "platform"), ("sr0", "1", "ata")],
    ids=["a stick", "a disk at a USB port", "a card in a reader that stays", "a disc"],
)
def test_what_can_be_taken_out_is_listed_with_its_size(kernel: Kernel, name: str, removable: str, bus: str) -> None:
    kernel.disk(name, size=2_000_000, removable=removable, bus=bus, model="Ultra Fit  \n")
    (one,) = kernel.look()
    assert (one.name, one.says, one.size) == (name, "Ultra Fit", 1_024_000_000)
    assert one.places == (str(kernel.devices / name),)


def test_this_machine_s_own_disks_and_empty_readers_are_not_listed(kernel: Kernel) -> None:
    kernel.disk("nvme0n1", size=1_000_000)
    kernel.disk("sdd", size=0, removable="1")
    assert kernel.look() == []


def test_a_device_that_may_not_be_read_is_read_where_its_volumes_are_mounted(kernel: Kernel) -> None:
    disk = kernel.disk("sdb", size=8000, removable="1", can=False)
    (disk / "sdb1").mkdir()
    (disk / "sdb1" / "dev").write_text("8:17\n")
    kernel.mounts.write_text(
        "36 25 8:17 / /media/minji/RICE\\040PRICES rw - vfat /dev/sdb1 rw\n"
        "37 25 8:17 / /media/minji/RICE\\040PRICES rw - vfat /dev/sdb1 rw\n"
        "38 25 8:1 / / rw - ext4 /dev/sda1 rw\n"
    )
    (one,) = kernel.look()
    assert (one.device, one.mounted) == ("", ("/media/minji/RICE PRICES",))
    assert one.places == ("/media/minji/RICE PRICES",)


def test_a_device_that_may_not_be_read_and_is_not_mounted_has_no_place(kernel: Kernel) -> None:
    kernel.disk("sdb", size=8000, removable="1", can=False)
    (one,) = kernel.look()
    assert one.places == ()


def test_what_a_stick_says_of_itself_is_short_and_steers_nothing(kernel: Kernel) -> None:
    kernel.disk("sdb", size=8000, removable="1", model="\x1b[2J\u202e" + "A" * 500)
    (one,) = kernel.look()
    assert one.says.isprintable()
    assert len(one.says) <= LONGEST_NAME


@pytest.mark.parametrize("size", ["", "-1", "many", "٣"])
def test_a_size_that_is_none_is_no_medium(kernel: Kernel, size: str) -> None:
    disk = kernel.disk("sdb", size=1, removable="1")
    (disk / "size").write_text(size)
    assert kernel.look() == []


def test_where_no_kernel_shows_disks_nothing_is_plugged_in(tmp_path: Path) -> None:
    assert plugged(system=tmp_path / "none", mounts=tmp_path / "none", devices=tmp_path) == []


def test_the_real_kernel_is_asked_without_failing() -> None:
    assert all(one.size > 0 for one in plugged())
