"""`python -m macros`: the same command as the console script `qcph`."""

import gc
import sys

gc.disable()  # modules are no garbage, and Python would look through them again and again
try:
    from macros.cli import main
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] == "macros":
        raise
    sys.exit(
        f"Chưa dùng được: máy chưa có thư viện {missing.name}. Chạy make setup; rồi mỗi lần mở cửa "
        "sổ lệnh, gõ trước: . .venv/bin/activate (Windows: .venv\\Scripts\\activate)"
    )
gc.enable()

if __name__ == "__main__":
    main()
